// A start that waits for the machine: while a disk is full, read-only or failing it is tried again,
// and people read why.
import type { Clock } from '../../hal/contract.ts';
import type { HalErrorCode } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import type { Log } from '../log/log.ts';
import { nextBackoffMs } from '../printers/decisions.ts';
import { faultIn } from '../store/contract.ts';

/** Faults of the machine that may pass; all others end the start. */
const passing: ReadonlySet<HalErrorCode> = new Set<HalErrorCode>([
  'no-space',
  'read-only',
  'io-error',
  'no-descriptors',
]);

const backoff = {
  backoffFirstMs: entryLimits.startRetryFirstMs,
  backoffLastMs: entryLimits.startRetryLastMs,
} as const;

/** Says to whoever asks why the appliance is not there yet. */
export interface WaitingAnswers {
  /** Never rejects: a disk that takes no socket leaves the log. */
  say(why: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Rejects as `attempt` does where the machine is not to blame, or once `stopping` aborts. `attempt`
 * leaves nothing behind when it rejects.
 */
export async function untilMachineWorks<T>(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly answers: WaitingAnswers;
  readonly stopping: AbortSignal;
  readonly attempt: () => Promise<T>;
}): Promise<T> {
  const { clock, log, answers, stopping } = options;
  for (let waitMs = 0; ; ) {
    try {
      return await options.attempt();
    } catch (error) {
      const fault = faultIn(error);
      if (fault === undefined || !passing.has(fault) || stopping.aborted) throw error;
      waitMs = nextBackoffMs(waitMs, backoff);
      const why = error instanceof Error ? error.message : String(error);
      log.error('the appliance waits for the machine, and tries again', { fault, why, waitMs });
      await answers.say(why);
      try {
        await sleep(clock, waitMs, stopping);
      } catch {
        throw error;
      } finally {
        await answers.stop();
      }
    }
  }
}
