// The history of ended jobs: bounded per printer, tidied a batch at a time behind the printing.
import type { Clock } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';

export interface HistoryKeeper {
  /** A job of this printer ended. */
  ended(printerId: string): void;
  /** Resolves once no tidying is under way. */
  idle(): Promise<void>;
}

export function createHistoryKeeper(options: {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly limits: { readonly historyJobs: number; readonly historyBatch: number };
  readonly log: MonitorLog;
}): HistoryKeeper {
  const { spooler, store, limits, log } = options;
  const endedSince = new Map<string, number>();
  let work: Promise<void> = Promise.resolve();

  const tidy = async (printerId: string): Promise<void> => {
    try {
      for (;;) {
        const ids = await store.query('jobs.history-excess', {
          spooler,
          printerId,
          keep: limits.historyJobs,
          limit: limits.historyBatch,
        });
        if (ids.length === 0) return;
        const at = options.clock.wall();
        const outcome = await options.commit(
          ids.map((jobId) => ({ type: 'job.removed', payload: { jobId, at } }) as const),
        );
        if (outcome.kind === 'refused') {
          log.warn('the history could not be shortened', { message: outcome.message });
          return;
        }
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('the history could not be shortened', { message });
    }
  };

  return {
    ended(printerId) {
      const count = (endedSince.get(printerId) ?? 0) + 1;
      const due = count >= limits.historyBatch;
      endedSince.set(printerId, due ? 0 : count);
      if (due) work = work.then(() => tidy(printerId));
    },
    idle: () => work,
  };
}
