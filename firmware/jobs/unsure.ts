// Jobs of a group that the other appliance may have printed, and that wait for its word: listed,
// and settled by a person where that word does not come.
import type { Clock } from '../../hal/contract.ts';
import { principalName, type Principal } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import { clusterLimits } from '../limits/cluster-limits.ts';
import { needRole } from '../spooler/rights.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import type { Job, Moment } from './job.ts';

export interface UnsureParts {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Pick<Clock, 'wall'>;
  readonly onReady: (job: Job) => void;
}

export type Settlement = 'print' | 'discard';

export async function unsureJobs({ spooler, store }: UnsureParts): Promise<readonly Job[]> {
  const found: Job[] = [];
  for (let afterNumber = 0; ; ) {
    const limit = clusterLimits.jobsPerCommit;
    const jobs = await store.query('jobs.unfinished', { spooler, afterNumber, limit });
    found.push(...jobs.filter(({ hold }) => hold?.kind === 'peer'));
    const last = jobs.at(-1);
    if (last === undefined) return found;
    afterNumber = last.number;
  }
}

/** All of them, or those named; one that was settled meanwhile is no obstacle. */
export async function settleUnsure(
  parts: UnsureParts,
  what: Settlement,
  ids: readonly string[] | undefined,
  by: Principal,
): Promise<{ readonly kind: 'done'; readonly count: number } | Refusal> {
  const refusal = needRole(by, 'operator', 'settling jobs of the other appliance');
  if (refusal !== undefined) return refusal;
  const wanted = ids === undefined ? undefined : new Set(ids);
  let count = 0;
  for (const job of await unsureJobs(parts)) {
    if (wanted !== undefined && !wanted.has(job.id)) continue;
    const at = parts.clock.wall();
    const outcome = await parts.commit(
      what === 'print' ? printUnsure(job, by, at) : [ending(job, by, at)],
    );
    if (outcome.kind === 'refused') {
      if (outcome.code === 'job-not-possible') continue;
      return outcome;
    }
    count += 1;
    const after = outcome.jobs.find(({ id }) => id === job.id);
    if (after !== undefined && what === 'print') parts.onReady(after);
  }
  return { kind: 'done', count };
}

/**
 * It starts from its first byte, and is marked: an attempt that nobody here saw may have printed
 * it. One unit, so that no port takes it before the mark.
 */
export function printUnsure(job: Job, by: Principal, at: Moment): readonly Change[] {
  const released: Change = { type: 'job.released', payload: { jobId: job.id, at } };
  if (job.incoming) return [released];
  const bytes = job.documents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * job.copies;
  return [
    released,
    { type: 'job.started', payload: { jobId: job.id, portName: '', at } },
    {
      type: 'job.interrupted',
      payload: {
        jobId: job.id,
        deliveredBytes: Math.max(1, bytes),
        decision: 'restart',
        reasons: ['job-interrupted-by-device-failure'],
        message: `The other appliance may have printed it; ${principalName(by)} prints it again.`,
        at,
      },
    },
  ];
}

function ending(job: Job, by: Principal, at: Moment): Change {
  return {
    type: 'job.ended',
    payload: {
      jobId: job.id,
      state: 'canceled',
      reasons: ['job-canceled-by-operator'],
      message: `The other appliance may have printed it; ${principalName(by)} discarded it.`,
      at,
    },
  };
}
