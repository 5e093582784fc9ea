// J2 on the owner's disk: a batch of its standby's tail taken in, documents included.
import type { WallTime } from '../../../hal/contract.ts';
import type { MonitorLog } from '../../../monitors/contract.ts';
import type { CommitOutcome, LogRecord, Store, Term } from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';
import type { DocumentFetcher } from './fetch.ts';
import { jobIdOf, marksAt, planTail } from './jobs.ts';

export interface TailOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query' | 'commit'>;
  readonly fetcher: Pick<DocumentFetcher, 'documentsOf'>;
  readonly wall: () => WallTime;
  readonly log: MonitorLog;
}

/**
 * Commits what the records mean, under the owner's term. Rejects where a document can't be had or
 * the store fails; the batch is then handed over again.
 */
export async function takeTail(
  options: TailOptions,
  records: readonly LogRecord[],
  term: Term,
): Promise<void> {
  const { spooler, store, log } = options;
  const plan = async () => await planTail(spooler, store, records, marksAt(options.wall()));
  const first = await plan();
  for (const { seq, change } of first.listed) {
    log.warn('a change of the other appliance was not taken over', { seq, type: change.type });
  }
  if ((await commitAll(options, first.changes, term)) === 'done') return;
  // A job may have gone on between the look and the commit: looked at again, one by one.
  const { changes } = await plan();
  for (const part of byJob(changes)) {
    if ((await commitAll(options, part, term)) === 'done') continue;
    log.warn('a job of the other appliance could not be taken over', {
      job: part.map(jobIdOf).find((id) => id !== undefined) ?? '',
    });
  }
}

async function commitAll(
  { spooler, store, fetcher }: TailOptions,
  changes: readonly Change[],
  term: Term,
): Promise<'done' | 'refused'> {
  if (changes.length === 0) return 'done';
  const fetched = await fetcher.documentsOf(changes);
  let outcome: CommitOutcome;
  try {
    outcome = await store.commit({ spooler, term, changes, documents: fetched.documents });
  } catch (error) {
    // Nobody knows whether a record names the documents: they stay.
    fetched.keep();
    throw error;
  }
  if (outcome.kind === 'committed') fetched.keep();
  else await fetched.discard();
  return outcome.kind === 'committed' ? 'done' : 'refused';
}

/** The changes of each job, in their order; last the marks, so that nothing is marked too early. */
function byJob(changes: readonly Change[]): readonly (readonly Change[])[] {
  const parts = new Map<string | undefined, Change[]>();
  for (const change of changes) {
    const id = jobIdOf(change);
    const part = parts.get(id) ?? [];
    parts.set(id, part);
    part.push(change);
  }
  const marks = parts.get(undefined) ?? [];
  parts.delete(undefined);
  return [...parts.values(), marks];
}
