// Jobs as rows: a codec between Job and the tables jobs, documents and queue_lengths.
import type { SqlRow } from '../../hal/contract.ts';
import { isEnded, type Job, type JobDocument } from '../jobs/job.ts';
import { integerOf, type Sql, textOf } from './sql.ts';

/** Columns beside the body exist only for indexes; `turn` orders a queue, see turnOf. */
type JobBody = Omit<Job, 'documents' | LaterMember> & Partial<Pick<Job, LaterMember>>;

/** Left out of a body where undefined, or because it is older than they are. */
type LaterMember =
  | 'outcome'
  | 'processingAt'
  | 'endedAt'
  | 'hold'
  | 'pages'
  | 'retained'
  | 'reprintOf';

/** The turns that mean "can start now"; in between lies the priority, highest first. */
export const readyTurns = { first: 1, last: 100 } as const;
export const turns = {
  printing: 0,
  incoming: 150,
  heldIncoming: 190,
  held: 200,
  ended: 1_000,
} as const;

/** A job's place in the order of printing: what prints, what can start by priority, what waits. */
export function turnOf(job: Job): number {
  if (isEnded(job.state)) return turns.ended;
  if (job.state === 'pending-held') return job.incoming ? turns.heldIncoming : turns.held;
  if (job.state !== 'pending') return turns.printing;
  return job.incoming ? turns.incoming : readyTurns.last + readyTurns.first - job.priority;
}

export function insertJob(sql: Sql, job: Job): void {
  sql.run(
    `INSERT INTO jobs (id, spooler, number, printer_id, user_name, ended, turn, hold_until_ms, body)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)`,
    job.id,
    job.spooler,
    job.number,
    job.printerId,
    job.origin.userName,
    turnOf(job),
    holdEndOf(job, undefined),
    bodyOf(job),
  );
  addToQueue(sql, job, { jobs: 1, bytes: 0 });
}

/**
 * Stores what a record made of the job; `seq` orders ended jobs by when they ended, `holdEndMs` is
 * when a hold by time ends, where the record says so.
 */
export function updateJob(
  sql: Sql,
  before: Job,
  job: Job,
  record: { readonly seq: number; readonly holdEndMs?: number | undefined },
): void {
  const ended = isEnded(job.state);
  const endsNow = ended && !isEnded(before.state);
  sql.run(
    `UPDATE jobs SET printer_id = ?, ended = ?, ended_seq = coalesce(ended_seq, ?), turn = ?,
       hold_until_ms = ?, retained = ?, ended_ms = ?, document_bytes = ?, body = ? WHERE id = ?`,
    job.printerId,
    ended ? 1 : 0,
    endsNow ? record.seq : null,
    turnOf(job),
    holdEndOf(job, record.holdEndMs),
    job.retained ? 1 : 0,
    job.endedAt?.trusted === true ? Math.floor(job.endedAt.ms) : null,
    bytesOf(job),
    bodyOf(job),
    job.id,
  );
  for (const document of job.documents.slice(before.documents.length)) {
    sql.run(
      'INSERT INTO documents (job_id, number, body) VALUES (?, ?, ?)',
      job.id,
      document.number,
      JSON.stringify(document),
    );
  }
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

function bytesOf(job: Job): number {
  return job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
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
  const row = sql.get('SELECT body FROM jobs WHERE id = ? AND spooler = ?', id, spooler);
  return row === undefined ? undefined : jobFromRow(sql, row);
}

/** `row` has the column body. */
export function jobFromRow(sql: Sql, row: SqlRow): Job {
  // Only insertJob and updateJob write this column, from checked payloads.
  const body: JobBody = JSON.parse(textOf(row, 'body'));
  const documents = sql
    .all('SELECT body FROM documents WHERE job_id = ? ORDER BY number', body.id)
    .map((document): JobDocument => JSON.parse(textOf(document, 'body')));
  return {
    ...body,
    documents,
    outcome: body.outcome,
    processingAt: body.processingAt,
    endedAt: body.endedAt,
    hold: body.hold,
    pages: body.pages,
    retained: body.retained ?? false,
    reprintOf: body.reprintOf,
  };
}

/** What a printer's queue holds. */
export interface QueueLoad {
  /** That have not ended. */
  readonly jobs: number;
  /** Of documents in the spool. */
  readonly bytes: number;
}

export function queueLoad(sql: Sql, spooler: string, printerId: string): QueueLoad {
  const row = sql.get(
    'SELECT jobs, bytes FROM queue_lengths WHERE spooler = ? AND printer_id = ?',
    spooler,
    printerId,
  );
  if (row === undefined) return { jobs: 0, bytes: 0 };
  return { jobs: integerOf(row, 'jobs'), bytes: integerOf(row, 'bytes') };
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

/**
 * Kept as numbers because counting 100,000 rows at each question would take longer than printing.
 */
function addToQueue(sql: Sql, job: Job, { jobs, bytes }: QueueLoad): void {
  sql.run(
    `INSERT INTO queue_lengths (spooler, printer_id, jobs, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (spooler, printer_id)
     DO UPDATE SET jobs = jobs + excluded.jobs, bytes = bytes + excluded.bytes`,
    job.spooler,
    job.printerId,
    jobs,
    bytes,
  );
}

function bodyOf(job: Job): string {
  const { documents: _inTheirOwnTable, ...body } = job;
  return JSON.stringify(body);
}
