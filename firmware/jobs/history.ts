// Retention: documents of ended jobs and the memory of the jobs themselves, each bounded by count,
// space and time, tidied behind the printing.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { Printer, Retention } from '../printers/printer.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { ExcessInput } from '../store/queries/retention-queries.ts';
import type { Change } from '../store/records/table.ts';

export interface HistoryKeeper {
  /** A job of this printer ended. */
  ended(printerId: string): void;
  /** Looks at all printers, and goes on doing so from time to time: what grows old goes. */
  start(): void;
  /**
   * Lets documents go that are kept though their jobs have ended, the oldest first, until about so
   * many bytes are free; false, and none goes, where that is not enough. Never rejects.
   */
  makeRoom(bytes: number): Promise<boolean>;
  /** Resolves once no tidying is under way; none begins any more. */
  stop(): Promise<void>;
}

export function createHistoryKeeper(options: {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly printers: () => readonly Printer[];
  readonly limits: { readonly historyBatch: number; readonly historyLookMs: number };
  readonly log: MonitorLog;
}): HistoryKeeper {
  const { spooler, store, clock, limits, log } = options;
  const endedSince = new Map<string, number>();
  const stopping = new AbortController();
  let work: Promise<void> = Promise.resolve();
  let timer: Timer | undefined;

  const tidy = async (printer: Printer, of: ExcessInput['of'], by: Retention): Promise<void> => {
    while (!stopping.signal.aborted) {
      const at = clock.wall();
      const bounds = boundsAt(by, at);
      if (bounds === undefined) return;
      const ids = await store.query('jobs.excess', {
        spooler,
        printerId: printer.id,
        of,
        ...bounds,
        limit: limits.historyBatch,
      });
      if (ids.length === 0) return;
      const type = of === 'documents' ? 'job.documents-dropped' : 'job.removed';
      const changes = ids.map((jobId) => ({ type, payload: { jobId, at } }) as const);
      const outcome = await options.commit(changes);
      if (outcome.kind === 'committed') continue;
      log.warn('ended jobs could not be tidied', { message: outcome.message });
      return;
    }
  };

  const tidyPrinter = async (printer: Printer): Promise<void> => {
    try {
      await tidy(printer, 'documents', printer.documentRetention);
      await tidy(printer, 'history', printer.historyRetention);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('ended jobs could not be tidied', { message });
    }
  };

  /** The oldest of all printers, as many as make the room. */
  const oldestKept = async (bytes: number): Promise<readonly string[]> => {
    const limit = limits.historyBatch;
    const kept = await Promise.all(
      options
        .printers()
        .map(({ id: printerId }) => store.query('jobs.oldest-kept', { spooler, printerId, limit })),
    );
    const oldestFirst = kept.flat().toSorted((a, b) => a.endedSeq - b.endedSeq);
    let free = 0;
    const last = oldestFirst.findIndex((job) => {
      free += job.bytes;
      return free >= bytes;
    });
    // Many small ones go in several steps.
    const isEnough = last >= 0 || kept.some((jobs) => jobs.length === limit);
    return isEnough ? oldestFirst.slice(0, last < 0 ? limit : last + 1).map(({ id }) => id) : [];
  };

  const letGo = async (bytes: number): Promise<boolean> => {
    try {
      const ids = await oldestKept(bytes);
      if (ids.length === 0 || stopping.signal.aborted) return false;
      const at = clock.wall();
      const dropped = ids.map(
        (jobId) => ({ type: 'job.documents-dropped', payload: { jobId, at } }) as const,
      );
      const outcome = await options.commit(dropped);
      log.info('kept documents gave way to new ones', { jobs: ids.length });
      return outcome.kind === 'committed';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('kept documents could not give way', { message });
      return false;
    }
  };

  const look = () => {
    if (stopping.signal.aborted) return;
    for (const printer of options.printers()) work = work.then(() => tidyPrinter(printer));
    timer = clock.startTimer(limits.historyLookMs, look);
  };

  return {
    ended(printerId) {
      const printer = options.printers().find(({ id }) => id === printerId);
      if (printer === undefined || stopping.signal.aborted) return;
      const count = (endedSince.get(printerId) ?? 0) + 1;
      // Documents weigh more than the memory of a job: where they are kept, each end counts.
      const due = count >= limits.historyBatch || printer.documentRetention.jobs !== 0;
      endedSince.set(printerId, due ? 0 : count);
      if (due) work = work.then(() => tidyPrinter(printer));
    },
    start: look,
    makeRoom(bytes) {
      const made = work.then(() => letGo(bytes));
      work = made.then(() => undefined);
      return made;
    },
    async stop() {
      stopping.abort();
      timer?.cancel();
      await work;
    },
  };
}

/** Undefined where nothing bounds; time bounds once the wall clock is trusted. */
function boundsAt(
  { jobs, bytes, seconds }: Retention,
  wall: { readonly ms: number; readonly trusted: boolean },
): Pick<ExcessInput, 'jobs' | 'bytes' | 'untilMs'> | undefined {
  const bounds = {
    ...(jobs === undefined ? {} : { jobs }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(seconds === undefined || !wall.trusted
      ? {}
      : { untilMs: Math.floor(wall.ms - seconds * 1000) }),
  };
  return Object.keys(bounds).length === 0 ? undefined : bounds;
}
