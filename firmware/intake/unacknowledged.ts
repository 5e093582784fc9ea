// Jobs that may be stored though their client heard no success: they end, and print nothing.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import { intakeLimits } from '../limits/intake-limits.ts';
import type { CommitOutcome } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { unacknowledgedEnd } from './admission.ts';

/**
 * The client will send again: this copy must not print besides. Whoever may not answer may not
 * commit either, so it is tried until `signal` aborts. A job that was not stored at all is refused,
 * and that is the end of it. Never rejects.
 */
export async function endUnacknowledged(
  options: {
    readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
    readonly clock: Clock;
    readonly log: MonitorLog;
    readonly signal: AbortSignal;
  },
  jobId: string,
): Promise<void> {
  const { clock, signal } = options;
  const change = unacknowledgedEnd(jobId, clock.wall());
  let waitMs: number = intakeLimits.markRetryMs;
  while (!signal.aborted) {
    try {
      await options.commit([change]);
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      options.log.warn('a job could not be marked', { jobId, message });
    }
    await sleep(clock, waitMs, signal).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, intakeLimits.retryMs);
  }
}
