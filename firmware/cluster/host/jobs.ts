// Jobs at the ends of an ownership, over the store: what R6 holds and releases, and what J2 takes
// in of a peer's tail.
import type { WallTime } from '../../../hal/contract.ts';
import type { Job } from '../../jobs/job.ts';
import { isEnded } from '../../jobs/job.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Printer } from '../../printers/printer.ts';
import type { CommitOutcome, LogRecord, Store } from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';
import {
  type HandOver,
  handedPath,
  heldForPeer,
  heldForPerson,
  type KnownJob,
  type Marks,
  planHandOver,
} from '../handover.ts';
import { formatTerm } from '../term.ts';

type Query = Pick<Store, 'query'>;
type Commit = (changes: readonly Change[]) => Promise<CommitOutcome>;

const brokenOff = 'The appliance that printed it failed.';

export function marksAt(at: WallTime): Marks {
  return { at, message: brokenOff };
}

/**
 * R6, not clean: every job that is known and not finished waits for the peer's word. Throws where a
 * commit fails; to be done again from the start. Answers how many wait.
 */
export async function holdForPeer(
  spooler: string,
  store: Query,
  commit: Commit,
  marks: Marks,
): Promise<number> {
  let count = 0;
  await changeUnfinished(spooler, store, commit, (job) => {
    const changes = heldForPeer(job, marks);
    const isHold = ({ type, payload }: Change) =>
      type === 'job.held' && payload.hold.kind === 'peer';
    count += changes.filter(isHold).length;
    return changes;
  });
  return count;
}

/** R6, with a box in the place of the peer; as `holdForPeer`. */
export function holdForPerson(
  spooler: string,
  store: Query,
  commit: Commit,
  marks: Marks,
  clean: boolean,
): Promise<void> {
  return changeUnfinished(spooler, store, commit, (job) => heldForPerson(job, marks, clean));
}

async function changeUnfinished(
  spooler: string,
  store: Query,
  commit: Commit,
  changesOf: (job: KnownJob) => readonly Change[],
): Promise<void> {
  const policies = policiesOf(await store.query('printers.all', { spooler }));
  for (let afterNumber = 0; ; ) {
    const jobs = await unfinished(spooler, store, afterNumber);
    const last = jobs.at(-1);
    if (last === undefined) return;
    afterNumber = last.number;
    const changes = jobs.flatMap((job) => changesOf(knownJob(job, policies)));
    if (changes.length > 0) mustCommit(await commit(changes));
  }
}

/** Both logs are one: what R6 held goes on. Answers whether there was any. */
export async function releaseForPeer(
  spooler: string,
  store: Query,
  commit: Commit,
  at: WallTime,
): Promise<boolean> {
  let some = false;
  for (let afterNumber = 0; ; ) {
    const jobs = await unfinished(spooler, store, afterNumber);
    const last = jobs.at(-1);
    if (last === undefined) return some;
    afterNumber = last.number;
    for (const { id, hold } of jobs) {
      if (hold?.kind !== 'peer') continue;
      some = true;
      // A person may have released it in the meantime.
      await commit([{ type: 'job.released', payload: { jobId: id, at } }]);
    }
  }
}

async function unfinished(
  spooler: string,
  store: Query,
  afterNumber: number,
): Promise<readonly Job[]> {
  const limit = clusterLimits.jobsPerCommit;
  return await store.query('jobs.unfinished', { spooler, afterNumber, limit });
}

/** J2 for one batch: what is committed, made anew from the tables as they are now. */
export async function planTail(
  spooler: string,
  store: Query,
  records: readonly LogRecord[],
  marks: Marks,
): Promise<HandOver> {
  const policies = policiesOf(await store.query('printers.all', { spooler }));
  const jobs = new Map<string, KnownJob>();
  for (const id of new Set(records.flatMap(({ change }) => jobIdOf(change) ?? []))) {
    const job = await store.query('jobs.get', { spooler, id });
    if (job !== undefined) jobs.set(id, knownJob(job, policies));
  }
  const handed = await handedOf(spooler, store, records);
  return planHandOver({
    records,
    handedThrough: (term) => handed.get(formatTerm(term)) ?? 0,
    job: (id) => jobs.get(id),
    policyOf: (printerId) => policies.get(printerId) ?? 'restart',
    marks,
  });
}

/** The job that a change is of. */
export function jobIdOf(change: Change): string | undefined {
  if (change.type === 'job.created') return change.payload.id;
  return 'jobId' in change.payload ? change.payload.jobId : undefined;
}

async function handedOf(
  spooler: string,
  store: Query,
  records: readonly LogRecord[],
): Promise<ReadonlyMap<string, number>> {
  const handed = new Map<string, number>();
  for (const name of new Set(records.map(({ term }) => formatTerm(term)))) {
    const value = await store.query('registry.value', { spooler, path: handedPath, name });
    if (value?.type === 'dword') handed.set(name, value.data);
  }
  return handed;
}

function knownJob(job: Job, policies: ReadonlyMap<string, KnownJob['policy']>): KnownJob {
  const documentBytes = job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  return {
    id: job.id,
    state: stateOf(job),
    interrupted: job.possiblyPrintedTwice,
    policy: policies.get(job.printerId) ?? 'hold',
    sizeBytes: documentBytes * job.copies,
    incoming: job.incoming,
    documentCount: job.documents.length,
  };
}

function stateOf({ state, hold }: Job): KnownJob['state'] {
  if (isEnded(state)) return 'ended';
  if (state === 'pending') return 'waiting';
  if (state !== 'pending-held') return 'printing';
  return hold?.kind === 'peer' ? 'peer' : 'held';
}

function policiesOf(printers: readonly Printer[]): ReadonlyMap<string, KnownJob['policy']> {
  return new Map(printers.map(({ id, interrupted }) => [id, interrupted]));
}

function mustCommit(outcome: CommitOutcome): void {
  if (outcome.kind === 'refused') throw new Error(outcome.message);
}
