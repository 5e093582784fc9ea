// Opens, finds and ends sessions; kept by the digest of their secret, so that a memory dump or a
// timing of the look-up gives none away.
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../../hal/contract.ts';
import { sessionLimits } from '../limits/session-limits.ts';
import type { Session, Sessions, SessionUser } from './contract.ts';

interface Kept {
  readonly session: Session;
  readonly openedAtMs: number;
  seenAtMs: number;
}

export interface SessionsOptions {
  readonly clock: Clock;
  readonly random: Random;
}

export function createSessions({ clock, random }: SessionsOptions): Sessions {
  /** In the order in which they were seen last. */
  const kept = new Map<string, Kept>();

  const text = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString('base64url');

  return {
    open(user: SessionUser) {
      const secret = text(sessionLimits.secretBytes);
      const session = { user, csrfToken: text(sessionLimits.csrfTokenBytes) };
      const nowMs = clock.monotonicMs();
      kept.set(digestOf(secret), { session, openedAtMs: nowMs, seenAtMs: nowMs });
      const [idlest] = kept.keys();
      if (kept.size > sessionLimits.sessions && idlest !== undefined) kept.delete(idlest);
      return { secret, session };
    },
    find(secret) {
      const key = digestOf(secret);
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      const nowMs = clock.monotonicMs();
      const idle = nowMs - found.seenAtMs >= sessionLimits.idleMs;
      if (idle || nowMs - found.openedAtMs >= sessionLimits.ageMs) return undefined;
      found.seenAtMs = nowMs;
      kept.set(key, found);
      return found.session;
    },
    end(secret) {
      kept.delete(digestOf(secret));
    },
    endAllOf(name) {
      for (const [key, { session }] of kept) if (session.user.name === name) kept.delete(key);
    },
  };
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
