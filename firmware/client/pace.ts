// Whether a server sends at any pace at all: one that sends a byte now and then would hold its
// client, and whoever waits for the same connection, for ever.
import type { Clock } from '../../hal/contract.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';

export interface Pace {
  /** So many bytes came; throws where they are too few for the time since the beginning. */
  came(sizeBytes: number): void;
}

export function startPace(clock: Pick<Clock, 'monotonicMs'>): Pace {
  const sinceMs = clock.monotonicMs();
  let bytes = 0;
  return {
    came(sizeBytes) {
      bytes += sizeBytes;
      const lastsMs = clock.monotonicMs() - sinceMs;
      if (lastsMs < limits.slowAfterMs) return;
      const least = (limits.leastBytesPerSecond * lastsMs) / 1000;
      if (bytes < least) throw new SlowServerError(bytes, lastsMs);
    },
  };
}

export class SlowServerError extends Error {
  override readonly name = 'SlowServerError';
  readonly code = 'too-slow';

  constructor(bytes: number, lastsMs: number) {
    super(`it sent ${bytes} bytes in ${Math.round(lastsMs / 1000)} s`);
  }
}
