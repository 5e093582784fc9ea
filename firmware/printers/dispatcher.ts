// Which job goes to which port: fair between the printers of a port, each job claimed by one port
// at a time.
import type { Clock } from '../../hal/contract.ts';
import type { Job } from '../jobs/job.ts';
import type { Store } from '../store/contract.ts';
import type { Arrivals } from './arrivals.ts';
import { createAside } from './aside.ts';
import { fairOrder } from './decisions.ts';
import type { Printer } from './printer.ts';

/** A job that one port tries; no other port gets it before `release`. */
export interface Claim {
  readonly job: Job;
  readonly printer: Printer;
  /** Its document still arrives; aborts when it breaks off. */
  readonly arriving?: AbortSignal;
  release(): void;
  /**
   * Its document can't be read just now: others pass until it is tried again. False where so many
   * are aside that the port must wait instead.
   */
  setAside(why: string): boolean;
}

export interface Dispatcher {
  /** The next job of the printers that have this port, or undefined when none waits. */
  next(portName: string): Promise<Claim | undefined>;
  /** Why a job is passed by just now; undefined for all others. */
  whyAside(jobId: string): string | undefined;
  /** One sentence for each job that is passed by. */
  aside(): readonly string[];
  /** Nothing is tried again from now on. */
  stop(): void;
}

export function createDispatcher(options: {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly printers: () => readonly Printer[];
  readonly clock: Clock;
  readonly limits: {
    readonly backoffFirstMs: number;
    readonly backoffLastMs: number;
    readonly jobsAside: number;
  };
  /** Jobs whose document still arrives; what is whole goes first. */
  readonly arrivals: Arrivals;
  /** The job may go to another port of its printer now. */
  readonly onReleased: (printer: Printer, portName: string) => void;
}): Dispatcher {
  const { arrivals } = options;
  const claimed = new Set<string>();
  const lastServed = new Map<string, string>();
  const aside = createAside(options);

  return {
    async next(portName) {
      const served = options
        .printers()
        .filter((printer) => printer.enabled && printer.portNames.includes(portName));
      for (const printer of fairOrder(served, lastServed.get(portName))) {
        const job = (await claimFirst(printer)) ?? claimArrival(printer);
        if (job === undefined) continue;
        lastServed.set(portName, printer.id);
        const arriving = arrivals.find(job.id)?.signal;
        return {
          job,
          printer,
          ...(arriving === undefined ? {} : { arriving }),
          release() {
            claimed.delete(job.id);
            arrivals.release(job.id);
            options.onReleased(printer, portName);
          },
          setAside: (why) => aside.add(job, why, () => options.onReleased(printer, '')),
        };
      }
      return undefined;
    },
    whyAside: (jobId) => aside.why(jobId),
    aside: () => aside.all(),
    stop: () => aside.stop(),
  };

  function claimArrival(printer: Printer): Job | undefined {
    const job = arrivals.claim(printer.id);
    if (job !== undefined) claimed.add(job.id);
    return job;
  }

  /** At most one job per port of the pool is claimed, so one more row is enough. */
  async function claimFirst(printer: Printer): Promise<Job | undefined> {
    const jobs = await options.store.query('jobs.next', {
      spooler: options.spooler,
      printerId: printer.id,
      limit: printer.portNames.length + 1 + aside.size,
    });
    const job = jobs.find((one) => !claimed.has(one.id) && !aside.waits(one.id));
    // Chosen and claimed in one breath: another port may be waiting for the same answer.
    if (job !== undefined) claimed.add(job.id);
    return job;
  }
}
