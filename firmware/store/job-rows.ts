// Jobs in the store: found, added, changed and deleted, and what their printers' queues hold.
import { isEnded, type Job } from '../jobs/job.ts';
import { type AttemptPort, bytesOf } from './job-table.ts';
import { queueKey, type QueueLoad } from './queue-table.ts';
import type { Sql } from './sql.ts';
import { integerOf } from './statements.ts';

export function insertJob(sql: Sql, job: Job): void {
  const holdUntilMs = holdEndOf(job, undefined);
  const none = { endedSeq: undefined, port: undefined, stored: undefined };
  sql.held.jobs.put(job.id, { job, holdUntilMs, ...none });
  addToQueue(sql, job, { jobs: 1, bytes: 0 });
}

/** What a record says of a job beside what it makes of it. */
export interface JobFacts {
  /** Of the record: it orders ended jobs by when they ended. */
  readonly seq: number;
  /** When a hold by time ends, where the record says so. */
  readonly holdEndMs?: number | undefined;
  /** Where an attempt that begins leaves the box. */
  readonly port?: AttemptPort | undefined;
}

/** Stores what a record made of the job. */
export function updateJob(sql: Sql, before: Job, job: Job, facts: JobFacts): void {
  const row = sql.held.jobs.find(job.id);
  if (row === undefined) throw new Error(`job ${job.id} was changed, but is not there`);
  const endsNow = isEnded(job.state) && !isEnded(before.state);
  sql.held.jobs.put(job.id, {
    ...row,
    job,
    holdUntilMs: holdEndOf(job, facts.holdEndMs),
    endedSeq: endsNow ? facts.seq : row.endedSeq,
    port: facts.port ?? row.port,
  });
  moveInQueues(sql, before, job);
}

/** Queues count jobs that have not ended, and the bytes of theirs and of those that are kept. */
function moveInQueues(sql: Sql, before: Job, job: Job): void {
  const [was, is] = [shareOf(before), shareOf(job)];
  if (before.printerId !== job.printerId) {
    addToQueue(sql, before, { jobs: -was.jobs, bytes: -was.bytes });
    addToQueue(sql, job, is);
  } else if (was.jobs !== is.jobs || was.bytes !== is.bytes) {
    addToQueue(sql, job, { jobs: is.jobs - was.jobs, bytes: is.bytes - was.bytes });
  }
}

function shareOf(job: Job): QueueLoad {
  const ended = isEnded(job.state);
  return { jobs: ended ? 0 : 1, bytes: ended && !job.retained ? 0 : bytesOf(job) };
}

/** Below zero: by time, but nobody knows yet when it is over. */
export const unknownHoldEnd = -1;

function holdEndOf({ hold, state, reasons }: Job, endMs: number | undefined): number | null {
  if (state !== 'pending-held' || hold === undefined) return null;
  if (hold.kind === 'indefinite' || hold.kind === 'peer') return null;
  // Its printer holds it besides, and knows no time.
  if (reasons.includes('job-held-on-create')) return null;
  return hold.kind === 'time' ? Math.max(0, hold.ms) : (endMs ?? unknownHoldEnd);
}

export function deleteJob(sql: Sql, jobId: string): void {
  sql.run('DELETE FROM documents WHERE job_id = ?', jobId);
  sql.run('DELETE FROM jobs WHERE id = ?', jobId);
}

export function findJob(sql: Sql, spooler: string, id: string): Job | undefined {
  const job = sql.held.jobs.find(id)?.job;
  return job?.spooler === spooler ? job : undefined;
}

/** Where the job's last attempt left the box. */
export function findAttemptPort(sql: Sql, jobId: string): AttemptPort | undefined {
  return sql.held.jobs.find(jobId)?.port;
}

export function queueLoad(sql: Sql, spooler: string, printerId: string): QueueLoad {
  return sql.held.queues.find(queueKey(spooler, printerId)) ?? { jobs: 0, bytes: 0 };
}

/** Jobs of one user in a printer that have not ended; counts no further than `most`. */
export function userJobs(
  sql: Sql,
  at: { readonly spooler: string; readonly printerId: string; readonly userName: string },
  most: number,
): number {
  const row = sql.get(
    `SELECT count(*) AS jobs FROM (SELECT 1 FROM jobs WHERE spooler = ? AND user_name = ?
       AND +printer_id = ? AND ended = 0 LIMIT ?)`,
    at.spooler,
    at.userName,
    at.printerId,
    most,
  );
  return row === undefined ? 0 : integerOf(row, 'jobs');
}

function addToQueue(sql: Sql, { spooler, printerId }: Job, more: QueueLoad): void {
  const load = queueLoad(sql, spooler, printerId);
  sql.held.queues.put(queueKey(spooler, printerId), {
    spooler,
    printerId,
    jobs: load.jobs + more.jobs,
    bytes: load.bytes + more.bytes,
  });
}
