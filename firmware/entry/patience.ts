// A start that waits for the machine: while a disk is full, read-only or failing it is tried again,
// and people read why.
import type { Clock } from '../../hal/contract.ts';
import type { HalErrorCode } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import type { Log } from '../log/log.ts';
import { nextBackoffMs } from '../printers/decisions.ts';
import { faultIn } from '../store/contract.ts';
import { NoFolderError } from './lifecycle.ts';

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

interface Patience<T> {
  readonly clock: Clock;
  readonly log: Log;
  readonly answers: WaitingAnswers;
  readonly stopping: AbortSignal;
  readonly attempt: () => Promise<T>;
  /** This error, which may pass, is waited for no longer. */
  readonly isOver?: (error: unknown) => boolean;
}

/**
 * Rejects as `attempt` does where the machine is not to blame, or once `stopping` aborts. `attempt`
 * leaves nothing behind when it rejects.
 */
export async function untilMachineWorks<T>(options: Patience<T>): Promise<T> {
  const { clock, log, answers, stopping, isOver = () => false } = options;
  for (let waitMs = 0; ; ) {
    try {
      return await options.attempt();
    } catch (error) {
      const fault = faultIn(error);
      if (fault === undefined || !passing.has(fault) || stopping.aborted) throw error;
      if (isOver(error)) throw error;
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

/**
 * The same for the data folder of a box. One that is not there, though nobody says why, may have
 * been mounted since: this process sees the mounts of its start, and the whole service has to start
 * anew. Rejects with the NoFolderError then.
 */
export function untilFolderIsThere<T>(options: Omit<Patience<T>, 'isOver'>): Promise<T> {
  const { clock } = options;
  const untilMs = clock.monotonicMs() + entryLimits.noFolderMs;
  const isOver = (error: unknown) =>
    error instanceof NoFolderError && clock.monotonicMs() >= untilMs;
  return untilMachineWorks({ ...options, isOver });
}
