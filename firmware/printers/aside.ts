// Jobs whose document can't be read just now: others pass them until they are tried again.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { Job } from '../jobs/job.ts';
import { nextBackoffMs } from './decisions.ts';

export interface Aside {
  readonly size: number;
  /** False where as many wait already as may. */
  add(job: Pick<Job, 'id' | 'number'>, why: string, onDue: () => void): boolean;
  /** Not to be tried yet. */
  waits(jobId: string): boolean;
  why(jobId: string): string | undefined;
  /** One sentence each. */
  all(): readonly string[];
  stop(): void;
}

interface Waiting {
  readonly number: number;
  readonly why: string;
  readonly backoffMs: number;
  readonly dueMs: number;
  readonly timer: Timer;
}

export function createAside(options: {
  readonly clock: Clock;
  readonly limits: {
    readonly backoffFirstMs: number;
    readonly backoffLastMs: number;
    readonly jobsAside: number;
  };
}): Aside {
  const { clock, limits } = options;
  const waiting = new Map<string, Waiting>();

  /** Those that were due and did not come back were read, moved or cancelled. */
  const forgetOld = () => {
    const now = clock.monotonicMs();
    for (const [id, { dueMs }] of waiting) {
      if (dueMs + limits.backoffLastMs < now) waiting.delete(id);
    }
  };

  const isWaiting = (jobId: string): boolean => {
    const one = waiting.get(jobId);
    return one !== undefined && one.dueMs > clock.monotonicMs();
  };

  return {
    get size() {
      return waiting.size;
    },
    add(job, why, onDue) {
      forgetOld();
      const before = waiting.get(job.id);
      if (before === undefined && waiting.size >= limits.jobsAside) return false;
      before?.timer.cancel();
      const backoffMs = nextBackoffMs(before?.backoffMs ?? 0, limits);
      waiting.set(job.id, {
        number: job.number,
        why: `Its document can't be read just now: ${why}; it is tried again.`,
        backoffMs,
        dueMs: clock.monotonicMs() + backoffMs,
        timer: clock.startTimer(backoffMs, onDue),
      });
      return true;
    },
    waits: isWaiting,
    why: (jobId) => (isWaiting(jobId) ? waiting.get(jobId)?.why : undefined),
    all: () =>
      [...waiting]
        .filter(([id]) => isWaiting(id))
        .map(([, { number, why }]) => `Job ${number} waits. ${why}`),
    stop() {
      for (const { timer } of waiting.values()) timer.cancel();
    },
  };
}
