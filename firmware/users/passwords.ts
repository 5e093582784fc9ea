// Passwords by Argon2id (RFC 9106) in PHC string form; a few at a time, so that guessing fills
// neither memory nor the thread pool.
import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../hal/contract.ts';
import { refused, RefusedError } from '../errors/codes.ts';
import { userLimits } from '../limits/user-limits.ts';
import type { Passwords } from './contract.ts';

interface Parameters {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

const derive = promisify(argon2);
const phcForm = new RegExp(
  String.raw`^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})` +
    String.raw`\$([A-Za-z0-9+/]{16,64})\$([A-Za-z0-9+/]{16,86})$`,
);

/**
 * Whether a text is what `hash` makes, at a cost that this machine can bear: who gave it may have
 * made it elsewhere.
 */
export function isPasswordHash(text: string): boolean {
  const [, memory, passes, parallelism] = phcForm.exec(text) ?? [];
  const { memoryKib, passes: most } = userLimits.provided;
  return Number(memory) <= memoryKib && Number(passes) <= most && Number(parallelism) === 1;
}

/** Functions reject with a RefusedError `busy` while too many wait. */
export function createPasswords({ random }: { readonly random: Random }): Passwords {
  const turns = createTurns();
  const { saltBytes, tagBytes, ...parameters } = userLimits.argon2;
  /** What nobody has, to be checked where there is no user: the time tells nothing then. */
  const noSalt = Buffer.alloc(saltBytes);

  const tagOf = (password: string, salt: Uint8Array, of: Parameters, length: number) =>
    turns.take(() =>
      derive('argon2id', {
        message: password.normalize('NFC'),
        nonce: salt,
        memory: of.memoryKib,
        passes: of.passes,
        parallelism: of.parallelism,
        tagLength: length,
      }),
    );

  return {
    async hash(password) {
      const salt = random.bytes(saltBytes);
      const tag = await tagOf(password, salt, parameters, tagBytes);
      const { memoryKib, passes, parallelism } = parameters;
      const cost = `m=${memoryKib},t=${passes},p=${parallelism}`;
      return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(tag)}`;
    },
    async matches(password, kept) {
      const [, memory, passes, parallelism, salt, tag] = phcForm.exec(kept ?? '') ?? [];
      if (salt === undefined || tag === undefined) {
        await tagOf(password, noSalt, parameters, tagBytes);
        return false;
      }
      const wanted = Buffer.from(tag, 'base64');
      const of = {
        memoryKib: Number(memory),
        passes: Number(passes),
        parallelism: Number(parallelism),
      };
      const given = await tagOf(password, Buffer.from(salt, 'base64'), of, wanted.length);
      return timingSafeEqual(given, wanted);
    },
  };
}

/** PHC strings have no padding. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}

function createTurns() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (running < userLimits.hashesAtOnce) running += 1;
      else {
        if (waiting.length >= userLimits.hashesWaiting) {
          throw new RefusedError(refused('busy', 'Too many log in at once.'));
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        // The turn goes on to the next, or ends.
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
