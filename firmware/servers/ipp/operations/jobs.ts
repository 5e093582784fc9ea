// Get-Jobs, Get-Job-Attributes, Cancel-Job and Release-Job (RFC 8011 4.2.6, 4.3.3 to 4.3.6).
import { attribute, group, keyword } from '../../../../monitors/wire/ipp/values.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import { jobAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { badRequest, faultOf, IppFault } from '../fault.ts';
import { requestedIn, valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';
import { ippNow } from '../sources.ts';
import { whichJobs } from '../which-jobs.ts';

export const jobOperations: readonly IppOperationRow[] = [
  {
    name: 'Get-Jobs',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.6',
    async run(call, printer) {
      const { message, spooler, client, uris, clock, upSinceMs } = call;
      const onlyMine = valueIn(message, 'my-jobs', 'boolean') === true;
      const jobs = await spooler.jobs.list({
        printerId: printer.id,
        which: whichIn(call),
        limit: limitIn(call),
        ...(onlyMine ? { userName: client.userName } : {}),
      });
      const requested = requestedIn(message) ?? ['job-uri', 'job-id'];
      const now = ippNow(clock, upSinceMs);
      return {
        groups: jobs.map((job) =>
          group(
            'job-attributes',
            ...selectAttributes(jobAttributes, requested, { job, printer, uris, now }),
          ),
        ),
      };
    },
  },
  {
    name: 'Get-Job-Attributes',
    target: 'job',
    required: [],
    clause: 'RFC 8011 4.3.4',
    async run({ message, uris, clock, upSinceMs }, job, printer) {
      const source = { job, printer, uris, now: ippNow(clock, upSinceMs) };
      const requested = requestedIn(message) ?? ['all'];
      const attributes = selectAttributes(jobAttributes, requested, source);
      return { groups: [group('job-attributes', ...attributes)] };
    },
  },
  {
    name: 'Cancel-Job',
    target: 'job',
    required: [],
    clause: 'RFC 8011 4.3.3',
    async run({ spooler, client }, job) {
      checkOwner(client, job, 'cancelling a job');
      const result = await spooler.jobs.cancel(job.id, client);
      if (result.kind === 'refused') throw faultOf(result);
      return { groups: [] };
    },
  },
  {
    name: 'Release-Job',
    target: 'job',
    required: [],
    clause: 'RFC 8011 4.3.6',
    async run({ spooler, client }, job) {
      checkOwner(client, job, 'releasing a job');
      const result = await spooler.jobs.release(job.id, client);
      if (result.kind === 'refused') throw faultOf(result);
      return { groups: [] };
    },
  },
];

function whichIn({ message }: IppCall): (typeof whichJobs)[number] {
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
