// Ending several jobs at once: Cancel-Jobs, Cancel-My-Jobs, Purge-Jobs, Cancel-Current-Job,
// Suspend-Current-Job (PWG 5100.11 5, RFC 8011 4.2.9, RFC 3998 4.2).
import {
  attribute,
  attributeOf,
  integer,
  payloadsOf,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Refusal } from '../../../errors/codes.ts';
import { isEnded, type Job } from '../../../jobs/job.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { Printer } from '../../../printers/printer.ts';
import { needRole } from '../../../spooler/rights.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { faultOf, IppFault } from '../fault.ts';
import { valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';

export const jobCancellingOperations: readonly IppOperationRow[] = [
  {
    name: 'Cancel-Jobs',
    target: 'printer',
    required: [],
    clause: 'PWG 5100.11 5.1',
    async run(call, printer) {
      orFault(needRole(call.by, 'operator', 'cancelling the jobs of others'));
      const asked = await jobsAsked(call, printer);
      if (asked === undefined) {
        const outcome = await call.spooler.jobs.cancelAll({ printerId: printer.id }, call.by);
        orFault(outcome.kind === 'refused' ? outcome : undefined);
      } else {
        await cancelEach(call, asked);
      }
      return { groups: [] };
    },
  },
  {
    name: 'Cancel-My-Jobs',
    target: 'printer',
    required: [],
    clause: 'PWG 5100.11 5.2',
    async run(call, printer) {
      const asked = await jobsAsked(call, printer);
      for (const job of asked ?? []) checkOwner(call.by, job, 'cancelling a job');
      await cancelEach(call, asked ?? (await jobsOfClient(call, printer)));
      return { groups: [] };
    },
  },
  {
    name: 'Purge-Jobs',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.9',
    async run(call, printer) {
      const { spooler, by } = call;
      orFault(needRole(by, 'operator', 'purging jobs'));
      const outcome = await spooler.jobs.cancelAll({ printerId: printer.id }, by);
      orFault(outcome.kind === 'refused' ? outcome : undefined);
      await forgetEnded(call, printer);
      return { groups: [] };
    },
  },
  {
    name: 'Cancel-Current-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 3998 4.2',
    async run(call, printer) {
      const job = await currentJob(call, printer);
      checkOwner(call.by, job, 'cancelling a job');
      await cancelEach(call, [job]);
      return { groups: [] };
    },
  },
  {
    // The spooler refuses it once bytes are under way: what was printed can't be taken back.
    name: 'Suspend-Current-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 3998 4.3.1',
    async run(call, printer) {
      const job = await currentJob(call, printer);
      checkOwner(call.by, job, 'suspending a job');
      const outcome = await call.spooler.jobs.hold(job.id, { kind: 'indefinite' }, call.by);
      orFault(outcome.kind === 'refused' ? outcome : undefined);
      return { groups: [] };
    },
  },
];

function orFault(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw faultOf(refusal);
}

/** job-ids (PWG 5100.11 4.1.1); if one is not there, nothing is done and all such are told. */
async function jobsAsked(
  { message, spooler }: IppCall,
  printer: Printer,
): Promise<readonly Job[] | undefined> {
  const numbers = payloadsOf(attributeOf(message, 'operation-attributes', 'job-ids'), 'integer');
  if (numbers === undefined) return undefined;
  const found = await Promise.all(
    numbers.map(async (number) => (number > 0 ? await spooler.jobs.find(number) : undefined)),
  );
  const jobs = found.filter((job) => job?.printerId === printer.id);
  const wrong = numbers.filter((_number, index) => {
    const job = found[index];
    return job?.printerId !== printer.id || isEnded(job.state);
  });
  const [first, ...more] = wrong;
  if (first === undefined) return jobs.filter((job) => job !== undefined);
  const isMissing = wrong.some((number) => !jobs.some((job) => job?.number === number));
  throw new IppFault(
    isMissing ? 'client-error-not-found' : 'client-error-not-possible',
    'Some of these jobs are not there, or have ended; nothing was cancelled.',
    [attribute('job-ids', integer(first), ...more.map(integer))],
  );
}

async function jobsOfClient({ spooler, client }: IppCall, printer: Printer) {
  const jobs = await spooler.jobs.list({
    printerId: printer.id,
    which: 'not-completed',
    userName: client.userName,
    limit: serverLimits.ipp.jobsPerAnswer,
  });
  return jobs.filter((job) => job.origin.address === client.address || client.userName !== '');
}

async function cancelEach({ spooler, by }: IppCall, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    const outcome = await spooler.jobs.cancel(job.id, by);
    // A job that ended by itself meanwhile is no obstacle.
    if (outcome.kind === 'refused' && outcome.code !== 'job-not-possible') throw faultOf(outcome);
  }
}

async function forgetEnded({ spooler, by }: IppCall, printer: Printer): Promise<void> {
  for (;;) {
    const jobs = await spooler.jobs.list({
      printerId: printer.id,
      which: 'completed',
      limit: serverLimits.ipp.jobsPerAnswer,
    });
    const outcomes = await Promise.all(jobs.map((job) => spooler.jobs.remove(job.id, by)));
    if (!outcomes.some(({ kind }) => kind === 'done')) return;
  }
}

/** job-id, where the client says which it means; otherwise what prints now (RFC 3998 4.2.1). */
async function currentJob({ message, spooler }: IppCall, printer: Printer): Promise<Job> {
  const jobs = await spooler.jobs.list({
    printerId: printer.id,
    which: 'not-completed',
    limit: serverLimits.ipp.jobsPerAnswer,
  });
  const current = jobs.find(
    ({ state }) => state === 'processing' || state === 'processing-stopped',
  );
  const number = valueIn(message, 'job-id', 'integer');
  if (current === undefined || (number !== undefined && number !== current.number)) {
    throw new IppFault('client-error-not-possible', 'No such job is printing now.');
  }
  return current;
}
