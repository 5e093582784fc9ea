// The jobs of a spooler as people and clients see them: listed, found, cancelled, released.
import type { Clock } from '../../hal/contract.ts';
import type { Principal } from '../api/principal.ts';
import { principalName } from '../api/principal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Jobs } from '../spooler/contract.ts';
import type { Permit } from '../spooler/permit.ts';
import { needJobRight } from '../spooler/rights.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { isEnded, type Job } from './job.ts';

export interface JobRoomOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly permit: Permit;
  readonly clock: Clock;
  /** What the ports know of a job just now and no record says: why it waits. */
  readonly asSeenNow: (job: Job) => Job;
  /** The end is durable: whoever works on the job stops. */
  readonly onCancelled: (job: Job) => void;
  /** The job may print again. */
  readonly onReleased: (job: Job) => void;
}

export interface JobRoom {
  readonly service: Jobs;
  cancelAll(printerId: string, by: Principal): Promise<Refusal | undefined>;
}

/** How many jobs are cancelled between two looks at the queue. */
const cancelBatch = 100;

export function createJobRoom(options: JobRoomOptions): JobRoom {
  const { spooler, store } = options;

  const find = async (idOrNumber: string | number): Promise<Job | undefined> => {
    const number = typeof idOrNumber === 'number' ? idOrNumber : numberIn(idOrNumber);
    return number === undefined
      ? await store.query('jobs.get', { spooler, id: String(idOrNumber) })
      : await store.query('jobs.get', { spooler, number });
  };

  const done = (
    outcome: CommitOutcome,
    id: string,
  ): { readonly kind: 'done'; readonly job: Job } | Refusal => {
    if (outcome.kind === 'refused') return outcome;
    const job = outcome.jobs.find((one) => one.id === id);
    if (job === undefined) return notFound(id);
    if (!options.permit.live()) {
      return refused(
        'not-live',
        'the change is stored, but this appliance may not answer for it now',
      );
    }
    return { kind: 'done', job: options.asSeenNow(job) };
  };

  const service: Jobs = {
    async list(filter) {
      const jobs = await store.query('jobs.page', { ...filter, spooler });
      return jobs.map(options.asSeenNow);
    },
    async find(idOrNumber) {
      const job = await find(idOrNumber);
      return job === undefined ? undefined : options.asSeenNow(job);
    },
    async cancel(id, by) {
      const job = await find(id);
      if (job === undefined) return notFound(id);
      const refusal = needJobRight(by, job, 'cancelling a job');
      if (refusal !== undefined) return refusal;
      if (isEnded(job.state)) return refused('job-not-possible', `job ${job.number} has ended`);
      const outcome = await options.commit([cancellation(job, by, options.clock)]);
      if (outcome.kind === 'committed') options.onCancelled(job);
      return done(outcome, job.id);
    },
    async release(id, by) {
      const job = await find(id);
      if (job === undefined) return notFound(id);
      const refusal = needJobRight(by, job, 'releasing a job');
      if (refusal !== undefined) return refusal;
      if (job.state !== 'pending-held') {
        return refused('job-not-possible', `job ${job.number} is not held`);
      }
      const payload = { jobId: job.id, at: options.clock.wall() };
      const outcome = await options.commit([{ type: 'job.released', payload }]);
      if (outcome.kind === 'committed') options.onReleased(job);
      return done(outcome, job.id);
    },
  };

  return {
    service,
    async cancelAll(printerId, by) {
      for (;;) {
        const jobs = await store.query('jobs.page', {
          spooler,
          printerId,
          which: 'not-completed',
          limit: cancelBatch,
        });
        if (jobs.length === 0) return undefined;
        const answers = await Promise.all(jobs.map((job) => service.cancel(job.id, by)));
        // A job that ended by itself meanwhile is no obstacle; anything else is.
        const obstacle = answers.find(
          (answer) => answer.kind === 'refused' && answer.code !== 'job-not-possible',
        );
        if (obstacle?.kind === 'refused') return obstacle;
      }
    },
  };
}

function cancellation(job: Job, by: Principal, clock: Clock): Change {
  const byOwner = by.kind === 'print-client';
  return {
    type: 'job.ended',
    payload: {
      jobId: job.id,
      state: 'canceled',
      reasons: [byOwner ? 'job-canceled-by-user' : 'job-canceled-by-operator'],
      message: `Cancelled by ${principalName(by)}.`,
      at: clock.wall(),
    },
  };
}

function numberIn(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function notFound(id: string): Refusal {
  return refused('job-not-found', `there is no job ${id}`);
}
