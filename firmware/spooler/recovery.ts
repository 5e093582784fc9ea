// What a spooler makes of its queue when it starts: what printed was interrupted, what arrived
// waits for the rest.
import type { Clock } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { Job } from '../jobs/job.ts';
import { decideEnd } from '../printers/decisions.ts';
import type { Printer } from '../printers/printer.ts';
import { endChange } from '../printers/runner-commits.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';

export interface RecoveryOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly log: MonitorLog;
  readonly policyOf: (printerId: string) => Printer['interrupted'];
  readonly onIncoming: (job: Job) => void;
}

/** Jobs that are looked at in one go. */
const batch = 500;

/** Pending jobs need nothing: the ports take them in order. Throws when the store fails. */
export async function recover(options: RecoveryOptions): Promise<void> {
  const { spooler, store, log } = options;
  let afterNumber = 0;
  for (;;) {
    const jobs = await store.query('jobs.unfinished', { spooler, afterNumber, limit: batch });
    const last = jobs.at(-1);
    if (last === undefined) return;
    afterNumber = last.number;
    for (const job of jobs) {
      if (job.incoming) options.onIncoming(job);
      if (job.state === 'processing' || job.state === 'processing-stopped') {
        const outcome = await options.commit([interruption(job, options)]);
        const message = outcome.kind === 'refused' ? outcome.message : 'interrupted';
        log.info('a job was printing when the appliance stopped', { job: job.number, message });
      }
    }
  }
}

/** Nobody knows how far it came: all of it may have been delivered. */
function interruption(job: Job, options: RecoveryOptions): Change {
  const documentBytes = job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  const end = {
    kind: 'interrupted',
    deliveredBytes: Math.max(1, documentBytes * job.copies),
    message: 'The appliance stopped while the job was printing.',
  } as const;
  const decision = decideEnd(end, job, options.policyOf(job.printerId));
  if (decision.kind === 'none') throw new Error('an interruption is always a record');
  return endChange(job.id, decision, options.clock);
}
