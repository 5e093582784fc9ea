// Which job goes to which port: fair between the printers of a port, each job claimed by one port
// at a time.
import type { Job } from '../jobs/job.ts';
import type { Store } from '../store/contract.ts';
import { fairOrder } from './decisions.ts';
import type { Printer } from './printer.ts';

/** A job that one port tries; no other port gets it before `release`. */
export interface Claim {
  readonly job: Job;
  readonly printer: Printer;
  release(): void;
}

export interface Dispatcher {
  /** The next job of the printers that have this port, or undefined when none waits. */
  next(portName: string): Promise<Claim | undefined>;
}

export function createDispatcher(options: {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly printers: () => readonly Printer[];
  /** The job may go to another port of its printer now. */
  readonly onReleased: (printer: Printer, portName: string) => void;
}): Dispatcher {
  const claimed = new Set<string>();
  const lastServed = new Map<string, string>();

  return {
    async next(portName) {
      const served = options
        .printers()
        .filter((printer) => printer.enabled && printer.portNames.includes(portName));
      for (const printer of fairOrder(served, lastServed.get(portName))) {
        const job = await claimFirst(printer);
        if (job === undefined) continue;
        lastServed.set(portName, printer.id);
        return {
          job,
          printer,
          release() {
            claimed.delete(job.id);
            options.onReleased(printer, portName);
          },
        };
      }
      return undefined;
    },
  };

  /** At most one job per port of the pool is claimed, so one more row is enough. */
  async function claimFirst(printer: Printer): Promise<Job | undefined> {
    const jobs = await options.store.query('jobs.next', {
      spooler: options.spooler,
      printerId: printer.id,
      limit: printer.portNames.length + 1,
    });
    const job = jobs.find((one) => !claimed.has(one.id));
    // Chosen and claimed in one breath: another port may be waiting for the same answer.
    if (job !== undefined) claimed.add(job.id);
    return job;
  }
}
