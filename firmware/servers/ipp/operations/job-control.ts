// What owners and operators do to one job: cancel, hold, release, print again, change, reorder
// (RFC 8011 4.3, RFC 3380 4.2, RFC 3998 4, PWG 5100.11 5.3).
import {
  attribute,
  attributeOf,
  group,
  outOfBand,
  payloadOf,
  wordingOf,
} from '../../../../monitors/wire/ipp/values.ts';
import type { IppAttribute } from '../../../../monitors/wire/ipp/message.ts';
import { unixMsOf } from '../../../../monitors/wire/ipp/values.ts';
import type { Job } from '../../../jobs/job.ts';
import type { Printer } from '../../../printers/printer.ts';
import type { JobAnswer, JobChanges } from '../../../spooler/contract.ts';
import { selectAttributes, jobAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow, IppOutcome } from '../call.ts';
import { badRequest, faultOf, IppFault } from '../fault.ts';
import { holdOf } from '../hold.ts';
import { readAttributes } from '../job-template.ts';
import { valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';
import { printerAbilities } from '../printer-source.ts';
import { ippNow } from '../sources.ts';

type Act = (call: IppCall, job: Job, printer: Printer) => Promise<JobAnswer>;

/** An operation on a job that answers with nothing but its status. */
function onJob(
  name: IppOperationRow['name'],
  what: string,
  clause: string,
  act: Act,
): IppOperationRow {
  return {
    name,
    target: 'job',
    required: [],
    clause,
    async run(call, job, printer) {
      checkOwner(call.by, job, what);
      done(await act(call, job, printer));
      return { groups: [] };
    },
  };
}

export const jobControlOperations: readonly IppOperationRow[] = [
  onJob('Cancel-Job', 'cancelling a job', 'RFC 8011 4.3.3', ({ spooler, by }, job) =>
    spooler.jobs.cancel(job.id, by),
  ),
  onJob('Hold-Job', 'holding a job', 'RFC 8011 4.3.5', holdJob),
  onJob('Release-Job', 'releasing a job', 'RFC 8011 4.3.6', ({ spooler, by }, job) =>
    spooler.jobs.release(job.id, by),
  ),
  onJob('Resume-Job', 'resuming a job', 'RFC 3998 4.3.2', ({ spooler, by }, job) =>
    spooler.jobs.release(job.id, by),
  ),
  // Platen never brings back an ended job, which others know by its number: it prints as a new one.
  onJob('Restart-Job', 'printing a job again', 'RFC 8011 4.3.7', ({ spooler, by }, job) =>
    spooler.jobs.reprint(job.id, {}, by),
  ),
  reprinting('Reprocess-Job', 'RFC 3998 4.1'),
  reprinting('Resubmit-Job', 'PWG 5100.11 5.4'),
  onJob('Promote-Job', 'promoting a job', 'RFC 3998 4.4.1', ({ spooler, by }, job) =>
    spooler.jobs.change(job.id, { priority: prioritiesMax }, by),
  ),
  onJob('Schedule-Job-After', 'scheduling a job', 'RFC 3998 4.4.2', scheduleAfter),
  {
    name: 'Set-Job-Attributes',
    target: 'job',
    required: [],
    clause: 'RFC 3380 4.2',
    async run(call, job, printer) {
      checkOwner(call.by, job, 'changing a job');
      await setJobAttributes(call, job, printer);
      return { groups: [] };
    },
  },
];

const prioritiesMax = 100;

function done(answer: JobAnswer): Job {
  if (answer.kind === 'refused') throw faultOf(answer);
  return answer.job;
}

function holdJob({ spooler, by, message }: IppCall, job: Job): Promise<JobAnswer> {
  const asked = attributeOf(message, 'operation-attributes', 'job-hold-until')?.values[0];
  const until = payloadOf(asked, 'keyword') ?? wordingOf(asked) ?? 'indefinite';
  const time = valueIn(message, 'job-hold-until-time', 'dateTime');
  const hold = time === undefined ? holdOf(until) : ({ kind: 'time', ms: unixMsOf(time) } as const);
  if (hold === 'unknown') {
    throw new IppFault(
      'client-error-attributes-or-values-not-supported',
      'This time to hold a job until is not known here.',
      asked === undefined ? [] : [attribute('job-hold-until', asked)],
    );
  }
  if (hold === undefined) return spooler.jobs.release(job.id, by);
  return spooler.jobs.hold(job.id, hold, by);
}

function reprinting(name: 'Reprocess-Job' | 'Resubmit-Job', clause: string): IppOperationRow {
  return {
    name,
    target: 'job',
    required: [],
    clause,
    async run(call, job, printer): Promise<IppOutcome> {
      const { spooler, by, uris, clock, upSinceMs } = call;
      checkOwner(by, job, 'printing a job again');
      const again = done(await spooler.jobs.reprint(job.id, {}, by));
      const source = { job: again, printer, uris, now: ippNow(clock, upSinceMs) };
      const names = ['job-uri', 'job-id', 'job-state', 'job-state-reasons'];
      return {
        groups: [group('job-attributes', ...selectAttributes(jobAttributes, names, source))],
      };
    },
  };
}

/**
 * Jobs print by priority, then by number: the job follows the other as closely as these two allow.
 */
async function scheduleAfter({ spooler, by, message }: IppCall, job: Job): Promise<JobAnswer> {
  const number = valueIn(message, 'predecessor-job-id', 'integer');
  if (number === undefined) {
    return spooler.jobs.change(job.id, { priority: prioritiesMax }, by);
  }
  const other = await spooler.jobs.find(number);
  if (other?.printerId !== job.printerId || other.id === job.id) {
    throw new IppFault('client-error-not-found', 'There is no such job to follow.');
  }
  const priority = other.number < job.number ? other.priority : other.priority - 1;
  if (priority < 1) {
    throw new IppFault('client-error-not-possible', 'The other job has the lowest priority.');
  }
  return spooler.jobs.change(job.id, { priority }, by);
}

/** All of them or none (RFC 3380 4.2.1). */
async function setJobAttributes(call: IppCall, job: Job, printer: Printer): Promise<void> {
  const { message, spooler, by } = call;
  const asked = message.groups.find(({ tag }) => tag === 'job-attributes')?.attributes ?? [];
  if (asked.length === 0) throw badRequest('There is nothing to set.');
  const { changes, rest } = splitOff(asked);
  const taken = rest.filter(({ values }) => values[0]?.syntax === 'delete-attribute');
  const given = rest.filter((each) => !taken.includes(each));
  const { accepted, unsupported } = readAttributes(given, await printerAbilities(call, printer));
  if (unsupported.length > 0) throw notSettable(unsupported);
  const { copies, 'job-priority': priority, 'job-hold-until': until, ...others } = accepted;
  const attributes = {
    ...others,
    ...Object.fromEntries(taken.map(({ name }) => [name, null])),
  };
  const all: JobChanges = {
    ...changes,
    ...(typeof copies === 'number' ? { copies } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
  if (Object.keys(all).length > 0) done(await spooler.jobs.change(job.id, all, by));
  if (typeof until === 'string') {
    const hold = holdOf(until);
    if (hold === undefined) await releaseIfHeld(call, job);
    else if (hold !== 'unknown') done(await spooler.jobs.hold(job.id, hold, by));
  }
}

async function releaseIfHeld({ spooler, by }: IppCall, job: Job): Promise<void> {
  if (job.state === 'pending-held') done(await spooler.jobs.release(job.id, by));
}

function splitOff(asked: readonly IppAttribute[]): {
  readonly changes: JobChanges;
  readonly rest: readonly IppAttribute[];
} {
  const name = wordingOf(asked.find((each) => each.name === 'job-name')?.values[0]);
  return {
    changes: name === undefined ? {} : { name },
    rest: asked.filter((each) => each.name !== 'job-name' || name === undefined),
  };
}

/** What is unknown can't be set; what is known can, but not to this (RFC 3380 4.2.2). */
function notSettable(unsupported: readonly IppAttribute[]): IppFault {
  const isUnknown = ({ values }: IppAttribute) => values[0]?.syntax === 'unsupported';
  return new IppFault(
    unsupported.some(isUnknown)
      ? 'client-error-attributes-not-settable'
      : 'client-error-attributes-or-values-not-supported',
    'Not all of that can be set, and so nothing was.',
    unsupported.map((each) =>
      isUnknown(each) ? attribute(each.name, outOfBand.notSettable) : each,
    ),
  );
}
