// Passwords that were right a moment ago: clients of IPP send them with each request, and hashing
// is slow on purpose.
import { createHmac } from 'node:crypto';
import type { Clock, Random } from '../../hal/contract.ts';
import { userLimits as limits } from '../limits/user-limits.ts';
import type { Passwords } from './contract.ts';

export interface RememberedOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly random: Random;
}

/**
 * Believes a password for some minutes without computing its hash again; another password, of a
 * user whose own was changed, has another hash. What is kept is worth nothing without a key that is
 * made anew at each start.
 */
export function rememberPasswords(
  passwords: Passwords,
  { clock, random }: RememberedOptions,
): Passwords {
  const key = random.bytes(limits.rememberedKeyBytes);
  const untilMs = new Map<string, number>();
  const markOf = (password: string, kept: string) =>
    createHmac('sha256', key).update(`${kept}\0${password}`).digest('base64');
  const isFresh = (mark: string) => {
    const until = untilMs.get(mark);
    if (until !== undefined && clock.monotonicMs() < until) return true;
    untilMs.delete(mark);
    return false;
  };
  return {
    hash: (password) => passwords.hash(password),
    async matches(password, kept) {
      const mark = markOf(password, kept ?? '');
      if (isFresh(mark)) return true;
      const right = await passwords.matches(password, kept);
      if (!right) return false;
      untilMs.set(mark, clock.monotonicMs() + limits.rememberedForMs);
      const [oldest] = untilMs.keys();
      if (untilMs.size > limits.remembered && oldest !== undefined) untilMs.delete(oldest);
      return true;
    },
  };
}
