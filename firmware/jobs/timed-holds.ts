// Lets jobs go whose time has come; waits for a wall clock that is trusted, and looks again when it
// jumps.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { holdEndMs } from './hold-times.ts';
import type { Job } from './job.ts';

export interface TimedHolds {
  /** Looks now, and again as long as a job waits for a time. Never rejects. */
  look(): void;
  /** Resolves once no look is under way. */
  stop(): Promise<void>;
}

export function createTimedHolds(options: {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly limits: { readonly timedHoldsMs: number; readonly timedHoldsBatch: number };
  readonly onReady: (job: Job) => void;
  readonly log: MonitorLog;
}): TimedHolds {
  const { spooler, store, clock, limits, log } = options;
  let timer: Timer | undefined;
  let work: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  /** The earliest end that is still to come; undefined: nothing waits for a time. */
  const letGo = async (): Promise<number | undefined> => {
    for (;;) {
      const now = clock.wall();
      const held = await store.query('jobs.timed-holds', {
        spooler,
        limit: limits.timedHoldsBatch,
      });
      const [first] = held;
      if (first === undefined) return undefined;
      if (!now.trusted) return limits.timedHoldsMs;
      const due = held.filter(({ untilMs }) => untilMs <= now.ms);
      if (due.length === 0) return Math.max(0, first.untilMs - now.ms);
      for (const { job, untilMs } of due) await settle(job, untilMs, now);
    }
  };

  const settle = async (job: Job, untilMs: number, now: { ms: number; trusted: boolean }) => {
    const { hold, id: jobId } = job;
    const known = untilMs >= 0 || hold === undefined ? untilMs : (holdEndMs(hold, now.ms) ?? 0);
    const isDue = known <= now.ms;
    const change: Change =
      isDue || hold === undefined
        ? { type: 'job.released', payload: { jobId, at: now } }
        : { type: 'job.held', payload: { jobId, hold, untilMs: Math.ceil(known), at: now } };
    const outcome = await options.commit([change]);
    if (outcome.kind === 'refused' && outcome.code !== 'job-not-possible') {
      throw new Error(outcome.message);
    }
    if (isDue) options.onReady(job);
  };

  const once = async (): Promise<number | undefined> => {
    try {
      return await letGo();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('jobs that wait for a time could not be looked at', { message });
      return limits.timedHoldsMs;
    }
  };

  const run = async (): Promise<void> => {
    let waitMs: number | undefined;
    while (again) {
      again = false;
      waitMs = await once();
    }
    work = undefined;
    // Never longer than a while: the wall clock may jump.
    if (waitMs !== undefined && !stopped) {
      timer = clock.startTimer(Math.min(waitMs, limits.timedHoldsMs), look);
    }
  };

  const look = () => {
    timer?.cancel();
    timer = undefined;
    if (stopped) return;
    again = true;
    work ??= run();
  };

  return {
    look,
    async stop() {
      stopped = true;
      timer?.cancel();
      await work;
    },
  };
}
