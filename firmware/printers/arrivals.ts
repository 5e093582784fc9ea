// Jobs whose document still arrives and may print meanwhile: offered to the ports once, and
// followed until whoever prints them has let go.
import type { Job, JobDocument } from '../jobs/job.ts';
import type { Arriving } from '../spool/arriving.ts';

export interface Arrival {
  /** As its creation made it, with the document as far as it is known. */
  readonly job: Job;
  readonly arriving: Arriving;
}

export interface Arrivals {
  /** The ports of its printer may have it from now on. */
  offer(arrival: Arrival): void;
  /** One of the printer's that no port has tried with success; claimed until `release`. */
  claim(printerId: string): Job | undefined;
  release(jobId: string): void;
  /** Its start is committed: no other attempt reads it while it arrives. */
  started(jobId: string): void;
  find(jobId: string): Arriving | undefined;
  /** It is no arrival any more; resolves once no port works on it. */
  end(jobId: string): Promise<void>;
}

interface Entry {
  readonly arrival: Arrival;
  claimed: boolean;
  started: boolean;
  offered: boolean;
  readonly free: PromiseWithResolvers<void>;
}

export function createArrivals(): Arrivals {
  const entries = new Map<string, Entry>();
  return {
    offer(arrival) {
      entries.set(arrival.job.id, {
        arrival,
        claimed: false,
        started: false,
        offered: true,
        free: Promise.withResolvers<void>(),
      });
    },
    claim(printerId) {
      for (const entry of entries.values()) {
        const { job } = entry.arrival;
        if (job.printerId !== printerId) continue;
        if (!entry.offered || entry.claimed || entry.started) continue;
        entry.claimed = true;
        return job;
      }
      return undefined;
    },
    release(jobId) {
      const entry = entries.get(jobId);
      if (entry === undefined) return;
      entry.claimed = false;
      entry.free.resolve();
      if (!entry.offered) entries.delete(jobId);
    },
    started(jobId) {
      const entry = entries.get(jobId);
      if (entry !== undefined) entry.started = true;
    },
    find: (jobId) => entries.get(jobId)?.arrival.arriving,
    async end(jobId) {
      const entry = entries.get(jobId);
      if (entry === undefined) return;
      entry.offered = false;
      if (entry.claimed) await entry.free.promise;
      entries.delete(jobId);
    },
  };
}

/** The job as an attempt takes it: what is not known yet is empty. */
export function jobWithArriving(job: Job, document: Pick<JobDocument, 'name' | 'format'>): Job {
  return { ...job, documents: [{ ...document, number: 1, sizeBytes: 0, digest: '' }] };
}
