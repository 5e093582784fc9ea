// Get-Jobs and Get-Job-Attributes (RFC 8011 4.2.6, 4.3.4).
import {
  attribute,
  attributeOf,
  group,
  keyword,
  payloadsOf,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Job } from '../../../jobs/job.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { Printer } from '../../../printers/printer.ts';
import { jobAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { badRequest, IppFault } from '../fault.ts';
import { requestedIn, valueIn } from '../operation-attributes.ts';
import { hiddenOfJob } from '../privacy.ts';
import { ippNow } from '../sources.ts';
import { isAmong, listOf, whichJobs, type WhichJobs } from '../which-jobs.ts';

export const jobOperations: readonly IppOperationRow[] = [
  {
    name: 'Get-Jobs',
    target: 'printers',
    required: [],
    clause: 'RFC 8011 4.2.6',
    async run(call, printer) {
      const { message, spooler, uris, clock, upSinceMs } = call;
      const jobs = await jobsAsked(call, printer);
      const printers = new Map((await spooler.printers.list()).map((each) => [each.id, each]));
      const requested = requestedIn(message) ?? ['job-uri', 'job-id'];
      const now = ippNow(clock, upSinceMs);
      return {
        groups: jobs.flatMap((job) => {
          const its = printers.get(job.printerId);
          if (its === undefined) return [];
          const source = { job, printer: its, uris, now };
          const hidden = hiddenOfJob(call.by, job, its);
          const shown = selectAttributes(jobAttributes, requested, source, hidden);
          return [group('job-attributes', ...shown)];
        }),
      };
    },
  },
  {
    name: 'Get-Job-Attributes',
    target: 'job',
    required: [],
    clause: 'RFC 8011 4.3.4',
    async run({ by, message, uris, clock, upSinceMs }, job, printer) {
      const source = { job, printer, uris, now: ippNow(clock, upSinceMs) };
      const requested = requestedIn(message) ?? ['all'];
      const hidden = hiddenOfJob(by, job, printer);
      const attributes = selectAttributes(jobAttributes, requested, source, hidden);
      return { groups: [group('job-attributes', ...attributes)] };
    },
  },
];

async function jobsAsked(call: IppCall, printer: Printer | undefined): Promise<readonly Job[]> {
  const { message, spooler, client } = call;
  const numbers = payloadsOf(attributeOf(message, 'operation-attributes', 'job-ids'), 'integer');
  if (numbers !== undefined) return byNumber(call, printer, numbers);
  const which = whichIn(call);
  const skipped = (valueIn(message, 'first-index', 'integer') ?? 1) - 1;
  const limit = limitIn(call);
  if (skipped < 0) throw badRequest('first-index has to be at least 1.');
  const most = Math.min(skipped + limit, serverLimits.ipp.jobsPerAnswer);
  const jobs = await spooler.jobs.list({
    ...(printer === undefined ? {} : { printerId: printer.id }),
    which: listOf(which),
    // One state of a list is picked out of all of it.
    limit: listOf(which) === which ? most : serverLimits.ipp.jobsPerAnswer,
    ...(valueIn(message, 'my-jobs', 'boolean') === true ? { userName: client.userName } : {}),
  });
  return jobs.filter((job) => isAmong(job, which)).slice(skipped, skipped + limit);
}

async function byNumber(
  { spooler }: IppCall,
  printer: Printer | undefined,
  numbers: readonly number[],
): Promise<readonly Job[]> {
  const wanted = numbers.filter((number) => number > 0).slice(0, serverLimits.ipp.jobsPerAnswer);
  const found = await Promise.all(wanted.map((number) => spooler.jobs.find(number)));
  return found
    .filter((job) => job !== undefined)
    .filter((job) => printer === undefined || job.printerId === printer.id);
}

function whichIn({ message }: IppCall): WhichJobs {
  const asked = valueIn(message, 'which-jobs', 'keyword') ?? 'not-completed';
  const known = whichJobs.find((each) => each === asked);
  if (known !== undefined) return known;
  throw new IppFault(
    'client-error-attributes-or-values-not-supported',
    `which-jobs is one of ${whichJobs.join(', ')}.`,
    [attribute('which-jobs', keyword(asked))],
  );
}

function limitIn({ message }: IppCall): number {
  const most = serverLimits.ipp.jobsPerAnswer;
  const asked = valueIn(message, 'limit', 'integer') ?? most;
  if (asked < 1) throw badRequest('limit has to be at least 1.');
  return Math.min(asked, most);
}
