// The values of which-jobs (RFC 8011 4.2.6.1, PWG 5100.11 7.1) that Get-Jobs and Cancel-Jobs know.
import type { Job, JobState } from '../../jobs/job.ts';

export const whichJobs = [
  'completed',
  'not-completed',
  'all',
  'aborted',
  'canceled',
  'pending',
  'pending-held',
  'processing',
  'processing-stopped',
  'proof-print',
] as const;

export type WhichJobs = (typeof whichJobs)[number];

const states: Readonly<Partial<Record<WhichJobs, JobState>>> = {
  aborted: 'aborted',
  canceled: 'canceled',
  pending: 'pending',
  'pending-held': 'pending-held',
  processing: 'processing',
  'processing-stopped': 'processing-stopped',
};

/** Which of the spooler's three lists holds them. */
export function listOf(which: WhichJobs): 'completed' | 'not-completed' | 'all' {
  if (which === 'completed' || which === 'not-completed' || which === 'all') return which;
  return which === 'aborted' || which === 'canceled' ? 'completed' : 'not-completed';
}

/** No job is ever a proof print: IPP/2.2 wants the word known all the same. */
export function isAmong(job: Pick<Job, 'state'>, which: WhichJobs): boolean {
  if (which === listOf(which)) return true;
  return job.state === states[which];
}
