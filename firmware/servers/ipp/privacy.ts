// What others see of a job, its documents and a subscription: not whose it is, nor what it is
// called (job-privacy-attributes and the like, PWG 5100.13 as of 2023; the values are CUPS's).
import type { Principal } from '../../api/principal.ts';
import type { Job } from '../../jobs/job.ts';
import { showsJobsToAll } from '../../printers/access.ts';
import type { Printer } from '../../printers/printer.ts';
import { roleOf } from '../../spooler/rights.ts';
import { isOwner } from './ownership.ts';

export const privateAttributes = {
  job: ['job-name', 'job-originating-host-name', 'job-originating-user-name'],
  document: ['document-name'],
  subscription: [
    'notify-events',
    'notify-pull-method',
    'notify-subscriber-user-name',
    'notify-user-data',
  ],
} as const;

const nothing: ReadonlySet<string> = new Set();
const ofJobs: ReadonlySet<string> = new Set([
  ...privateAttributes.job,
  ...privateAttributes.document,
]);
const ofSubscriptions: ReadonlySet<string> = new Set(privateAttributes.subscription);

/** The attributes of a job, or of its documents, that are not for `by`. */
export function hiddenOfJob(
  by: Principal,
  job: Job,
  { access }: Pick<Printer, 'access'>,
): ReadonlySet<string> {
  const isOpen = showsJobsToAll(access) || roleOf(by) !== undefined || isOwner(by, job);
  return isOpen ? nothing : ofJobs;
}

export function hiddenOfSubscription(
  by: Principal,
  userName: string,
  { access }: Pick<Printer, 'access'>,
): ReadonlySet<string> {
  const isOwn = by.kind === 'print-client' && by.userName === userName;
  const isOpen = showsJobsToAll(access) || roleOf(by) !== undefined || isOwn;
  return isOpen ? nothing : ofSubscriptions;
}
