// The jobs of a spooler as people and clients see them: listed, found, held, moved, cancelled,
// printed again.
import type { Clock, WallTime } from '../../hal/contract.ts';
import type { Principal } from '../api/principal.ts';
import { principalName } from '../api/principal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Printer } from '../printers/printer.ts';
import type { JobAnswer, Jobs, ReprintRequest } from '../spooler/contract.ts';
import type { Permit } from '../spooler/permit.ts';
import { needJobRight, needRole } from '../spooler/rights.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { cancelAllJobs } from './cancel-all.ts';
import { changePayload, checkChanges, checkHold } from './changes.ts';
import { holdEndMs } from './hold-times.ts';
import { isEnded, type Job } from './job.ts';
import { printUnsure, settleUnsure, unsureJobs } from './unsure.ts';

export interface JobRoomOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly permit: Permit;
  readonly clock: Clock;
  readonly printerById: (id: string) => Printer | undefined;
  /** What the ports know of a job just now and no record says: why it waits. */
  readonly asSeenNow: (job: Job) => Job;
  /** The end is durable: whoever works on the job stops. */
  readonly onCancelled: (job: Job) => void;
  /** The job may print, or another one first. */
  readonly onReady: (job: Job) => void;
  /** The job waits for a time. */
  readonly onHeld: () => void;
  /** Makes a new job of an ended one's documents. */
  readonly reprint: (job: Job, request: ReprintRequest) => Promise<JobAnswer>;
}

export interface JobRoom {
  readonly service: Jobs;
  /** Lets go what `printerId` held at its creation; undefined once all of it is released. */
  releaseHeldOnCreate(printerId: string): Promise<Refusal | undefined>;
}

/** What an operation on one job needs before it is committed. */
interface Step {
  readonly what: string;
  readonly right: 'owner' | 'operator';
  /** Why it can not be done, or the records that do it. */
  readonly decide: (job: Job) => Refusal | readonly Change[];
  readonly after?: (job: Job) => void;
}

const releaseBatch = 100;

export function createJobRoom(options: JobRoomOptions): JobRoom {
  const { spooler, store, clock } = options;

  const find = async (idOrNumber: string | number): Promise<Job | undefined> => {
    const number = typeof idOrNumber === 'number' ? idOrNumber : numberIn(idOrNumber);
    return number === undefined
      ? await store.query('jobs.get', { spooler, id: String(idOrNumber) })
      : await store.query('jobs.get', { spooler, number });
  };

  /** The job, if it is there and the principal may. */
  const allowed = async (id: string, by: Principal, step: Omit<Step, 'decide' | 'after'>) => {
    const job = await find(id);
    if (job === undefined) return notFound(id);
    const refusal =
      step.right === 'operator'
        ? needRole(by, 'operator', step.what)
        : needJobRight(by, job, step.what);
    return refusal ?? ({ kind: 'job', job } as const);
  };

  const perform = async (id: string, by: Principal, step: Step): Promise<JobAnswer> => {
    const found = await allowed(id, by, step);
    if (found.kind === 'refused') return found;
    const changes = step.decide(found.job);
    if ('kind' in changes) return changes;
    const outcome = await options.commit(changes);
    if (outcome.kind === 'refused') return outcome;
    const job = outcome.jobs.find((one) => one.id === found.job.id);
    if (job === undefined) return notFound(id);
    step.after?.(job);
    return options.permit.live() ? { kind: 'done', job: options.asSeenNow(job) } : notLive();
  };

  const releaseStep = (what: string, right: Step['right'], by?: Principal): Step => ({
    what,
    right,
    decide: (job) =>
      job.state === 'pending-held'
        ? releasing(job, by, clock.wall())
        : refused('job-not-possible', `job ${job.number} is not held`),
    after: options.onReady,
  });

  const service: Jobs = {
    async list(filter) {
      const jobs = await store.query('jobs.page', { ...filter, spooler });
      return jobs.map(options.asSeenNow);
    },
    async find(idOrNumber) {
      const job = await find(idOrNumber);
      return job === undefined ? undefined : options.asSeenNow(job);
    },
    cancel: (id, by) =>
      perform(id, by, {
        what: 'cancelling a job',
        right: 'owner',
        decide: (job) =>
          isEnded(job.state)
            ? refused('job-not-possible', `job ${job.number} has ended`)
            : [cancellation(job, by, clock.wall())],
        after: options.onCancelled,
      }),
    cancelAll: (filter, by) =>
      cancelAllJobs({ spooler, store, cancel: (id) => service.cancel(id, by) }, filter, by),
    hold: (id, hold, by) =>
      perform(id, by, {
        what: 'holding a job',
        right: 'owner',
        decide: (job) => checkHold(job, hold) ?? [holding(job, hold, clock.wall())],
        after: options.onHeld,
      }),
    async release(id, by) {
      const job = await find(id);
      const byPrinter = job?.reasons.includes('job-held-on-create') === true;
      return await perform(
        id,
        by,
        releaseStep('releasing a job', byPrinter ? 'operator' : 'owner', by),
      );
    },
    move: (id, printerId, by) =>
      perform(id, by, {
        what: 'moving a job',
        right: 'operator',
        decide: (job) => {
          if (options.printerById(printerId) === undefined) return noPrinter(printerId);
          const payload = { jobId: job.id, printerId, at: clock.wall() };
          return [{ type: 'job.moved', payload }];
        },
        after: options.onReady,
      }),
    change: (id, changes, by) =>
      perform(id, by, {
        what: 'changing a job',
        right: 'owner',
        decide: (job) =>
          checkChanges(changes) ?? [
            { type: 'job.changed', payload: changePayload(job, changes, clock.wall()) },
          ],
        after: options.onReady,
      }),
    async reprint(id, request, by) {
      const found = await allowed(id, by, { what: 'printing a job again', right: 'owner' });
      if (found.kind === 'refused') return found;
      const { job } = found;
      if (!isEnded(job.state)) {
        return refused('job-not-possible', `job ${job.number} has not ended`);
      }
      if (!job.retained) {
        return refused('job-not-retained', `the documents of job ${job.number} are gone`);
      }
      return await options.reprint(job, request);
    },
    unsure: async () => (await unsureJobs(options)).map(options.asSeenNow),
    settle: (what, ids, by) => settleUnsure(options, what, ids, by),
    async remove(id, by) {
      const found = await allowed(id, by, { what: 'forgetting a job', right: 'operator' });
      if (found.kind === 'refused') return found;
      const payload = { jobId: found.job.id, at: clock.wall() };
      const outcome = await options.commit([{ type: 'job.removed', payload }]);
      if (outcome.kind === 'refused') return outcome;
      return options.permit.live() ? { kind: 'done' } : notLive();
    },
  };

  return {
    service,
    async releaseHeldOnCreate(printerId) {
      for (;;) {
        const jobs = await store.query('jobs.held-on-create', {
          spooler,
          printerId,
          limit: releaseBatch,
        });
        if (jobs.length === 0) return undefined;
        for (const job of jobs) {
          const at = clock.wall();
          const released: Change = { type: 'job.released', payload: { jobId: job.id, at } };
          // Whoever sent it may have asked for a hold of its own. A job that went on or ended
          // meanwhile needs no release.
          const outcome = await options.commit(
            job.hold === undefined ? [released] : [released, holding(job, job.hold, at)],
          );
          if (outcome.kind === 'refused' && outcome.code !== 'job-not-possible') return outcome;
        }
        for (const job of jobs) options.onReady(job);
        options.onHeld();
      }
    },
  };
}

function holding(job: Job, hold: NonNullable<Job['hold']>, at: WallTime): Change {
  const endMs = at.trusted ? holdEndMs(hold, at.ms) : undefined;
  const untilMs = endMs === undefined ? {} : { untilMs: endMs };
  return { type: 'job.held', payload: { jobId: job.id, hold, ...untilMs, at } };
}

function cancellation(job: Job, by: Principal, at: WallTime): Change {
  const byOwner = by.kind === 'print-client';
  return {
    type: 'job.ended',
    payload: {
      jobId: job.id,
      state: 'canceled',
      reasons: [byOwner ? 'job-canceled-by-user' : 'job-canceled-by-operator'],
      message: `Cancelled by ${principalName(by)}.`,
      at,
    },
  };
}

/** One that the other appliance may have printed is marked, whoever lets it go on. */
function releasing(job: Job, by: Principal | undefined, at: WallTime): readonly Change[] {
  if (job.hold?.kind === 'peer' && by !== undefined) return printUnsure(job, by, at);
  return [{ type: 'job.released', payload: { jobId: job.id, at } }];
}

function numberIn(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function notFound(id: string): Refusal {
  return refused('job-not-found', `there is no job ${id}`);
}

function noPrinter(id: string): Refusal {
  return refused('printer-not-found', `there is no printer ${id}`);
}

function notLive(): Refusal {
  return refused('not-live', 'the change is stored, but this appliance may not answer for it now');
}
