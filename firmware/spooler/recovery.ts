// What a spooler makes of its queue when it starts: what printed was interrupted, what arrived
// waits for the rest.
import type { Clock } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import { brokenOff } from '../intake/early-start.ts';
import type { Job } from '../jobs/job.ts';
import { decideEnd } from '../printers/decisions.ts';
import type { Printer } from '../printers/printer.ts';
import { endChange } from '../printers/runner-commits.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { RebuildReport } from '../store/rebuild.ts';
import type { Change } from '../store/records/table.ts';

export interface RecoveryOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly log: MonitorLog;
  /** False only where the job's last attempt certainly sent nothing. */
  readonly mayHaveSent: (job: Job) => boolean;
  readonly policyOf: (printerId: string) => Printer['interrupted'];
  readonly onIncoming: (job: Job) => void;
}

/** Jobs that are looked at in one go. */
const batch = 500;

/** Pending jobs need nothing: the ports take them in order. Throws when the store fails. */
export async function recover(options: RecoveryOptions): Promise<void> {
  for (const turn of ['incoming', 'heldIncoming'] as const) {
    for await (const job of jobsOf(turn, options)) {
      if (isBrokenOff(job)) await options.commit([brokenOff(job.id, broken, options.clock.wall())]);
      else options.onIncoming(job);
    }
  }
  for await (const job of jobsOf('printing', options)) {
    const changes = [interruption(job, options.mayHaveSent(job), options)];
    if (isBrokenOff(job)) changes.push(brokenOff(job.id, broken, options.clock.wall()));
    const outcome = await options.commit(changes);
    const message = outcome.kind === 'refused' ? outcome.message : 'interrupted';
    options.log.info('a job was printing when the appliance stopped', { job: job.number, message });
  }
}

const broken = 'the appliance stopped while the job arrived';

/**
 * The rest will never come: it printed while it arrived, or came by a connection that is gone. Only
 * IPP's clients come back for a job that they made (Send-Document).
 */
function isBrokenOff(job: Job): boolean {
  return job.incoming && (job.attempts > 0 || job.origin.door !== 'ipp');
}

async function* jobsOf(
  turn: 'printing' | 'incoming' | 'heldIncoming',
  { store, spooler }: RecoveryOptions,
): AsyncGenerator<Job> {
  for (let afterNumber = 0; ; ) {
    const jobs = await store.query('jobs.of-turn', { spooler, turn, afterNumber, limit: batch });
    yield* jobs;
    const last = jobs.at(-1);
    if (last === undefined) return;
    afterNumber = last.number;
  }
}

/** Where a byte was sent, nobody knows how far it came: all of it may have been delivered. */
function interruption(job: Job, mayHaveSent: boolean, options: RecoveryOptions): Change {
  const documentBytes = job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  const end = {
    kind: 'interrupted',
    deliveredBytes: mayHaveSent ? Math.max(1, documentBytes * job.copies) : 0,
    message: 'The appliance stopped while the job was printing.',
  } as const;
  const decision = decideEnd(end, job, options.policyOf(job.printerId));
  if (decision.kind === 'none') throw new Error('an interruption is always a record');
  return endChange(job.id, decision, options.clock);
}

/** For people, until the next start. */
export function rebuiltText({ why, setAside, jobs, held, incomplete }: RebuildReport): string {
  return (
    `The registry was lost (${why}) and built anew from the spool: ${jobs} jobs came back, ` +
    `${held} of them may have printed and wait for a person, ${incomplete} are not whole. ` +
    `What was left is kept as ${setAside}. Look at the disk, and at each printer's settings.`
  );
}
