// Cancels what has not ended of a printer or a user, a batch at a time.
import type { Principal } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import type { JobAnswer } from '../spooler/contract.ts';
import { needRole } from '../spooler/rights.ts';
import type { Store } from '../store/contract.ts';

/** How many jobs are cancelled between two looks at the queue. */
const cancelBatch = 100;

export async function cancelAllJobs(
  parts: {
    readonly spooler: string;
    readonly store: Pick<Store, 'query'>;
    readonly cancel: (id: string) => Promise<JobAnswer>;
  },
  filter: { readonly printerId?: string; readonly userName?: string },
  by: Principal,
): Promise<{ readonly kind: 'done'; readonly count: number } | Refusal> {
  const isOwn = by.kind === 'print-client' && filter.userName === by.userName;
  const refusal = isOwn ? undefined : needRole(by, 'operator', 'cancelling the jobs of others');
  if (refusal !== undefined) return refusal;
  let count = 0;
  for (;;) {
    const jobs = await parts.store.query('jobs.page', {
      ...filter,
      spooler: parts.spooler,
      which: 'not-completed',
      limit: cancelBatch,
    });
    const answers = await Promise.all(jobs.map((job) => parts.cancel(job.id)));
    // A job that ended by itself meanwhile is no obstacle; anything else is.
    const obstacle = answers.find(
      (answer) => answer.kind === 'refused' && answer.code !== 'job-not-possible',
    );
    if (obstacle?.kind === 'refused') return obstacle;
    count += answers.filter((answer) => answer.kind === 'done').length;
    if (jobs.length < cancelBatch) return { kind: 'done', count };
  }
}
