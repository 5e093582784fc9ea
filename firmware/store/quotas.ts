// Whether a printer's quotas let one more job or document in; asked inside the transaction, so that
// no two uploads share the last place.
import { type Refusal, refused } from '../errors/codes.ts';
import type { Job } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import { queueLoad, userJobs } from './job-rows.ts';
import type { Sql } from './sql.ts';

export function refusesJob(sql: Sql, printer: Printer, userName: string): Refusal | undefined {
  const { jobs, jobsPerUser } = printer.quotas;
  const { id: printerId, spooler, name } = printer;
  if (jobs !== undefined && queueLoad(sql, spooler, printerId).jobs >= jobs) {
    return refused('queue-full', `${name} takes ${jobs} jobs at once, and they wait already`);
  }
  if (jobsPerUser === undefined) return undefined;
  if (userJobs(sql, { spooler, printerId, userName }, jobsPerUser) < jobsPerUser) return undefined;
  return refused('user-quota', `${userName || 'this user'} has ${jobsPerUser} jobs in ${name}`);
}

/** `job` as it is without the document. */
export function refusesDocument(
  sql: Sql,
  printer: Printer,
  job: Job,
  sizeBytes: number,
): Refusal | undefined {
  const { jobBytes, spoolBytes } = printer.quotas;
  const before = job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  if (jobBytes !== undefined && before + sizeBytes > jobBytes) {
    return refused('job-too-large', `${printer.name} takes jobs of at most ${jobBytes} bytes`);
  }
  if (spoolBytes === undefined) return undefined;
  const { bytes } = queueLoad(sql, printer.spooler, printer.id);
  if (bytes + sizeBytes <= spoolBytes) return undefined;
  return refused('spool-full', `the documents of ${printer.name} may have ${spoolBytes} bytes`);
}
