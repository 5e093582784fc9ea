// Jobs as rows: a codec between Job and the tables jobs, documents and queue_lengths.
import type { SqlRow } from '../../hal/contract.ts';
import { isEnded, type Job, type JobDocument } from '../jobs/job.ts';
import { integerOf, type Sql, textOf } from './sql.ts';

/** Columns beside the body exist only for indexes; `turn` orders a queue, see turnOf. */
type JobBody = Omit<Job, 'documents' | 'outcome' | 'processingAt' | 'endedAt'> &
  Partial<Pick<Job, 'outcome' | 'processingAt' | 'endedAt'>>;

/** The turns that mean "can start now"; in between lies the priority, highest first. */
export const readyTurns = { first: 1, last: 100 } as const;
const turns = { printing: 0, incoming: 150, held: 200, ended: 1_000 } as const;

/** A job's place in the order of printing: what prints, what can start by priority, what waits. */
export function turnOf(job: Job): number {
  if (isEnded(job.state)) return turns.ended;
  if (job.state === 'pending-held') return turns.held;
  if (job.state !== 'pending') return turns.printing;
  return job.incoming ? turns.incoming : readyTurns.last + readyTurns.first - job.priority;
}

export function insertJob(sql: Sql, job: Job): void {
  sql.run(
    `INSERT INTO jobs (id, spooler, number, printer_id, user_name, ended, turn, body)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?)`,
    job.id,
    job.spooler,
    job.number,
    job.printerId,
    job.origin.userName,
    turnOf(job),
    bodyOf(job),
  );
  addToQueueLength(sql, job, 1);
}

/** Stores what a record made of the job; `seq` orders ended jobs by when they ended. */
export function updateJob(sql: Sql, before: Job, job: Job, seq: number): void {
  const ended = isEnded(job.state);
  sql.run(
    'UPDATE jobs SET ended = ?, ended_seq = ?, turn = ?, body = ? WHERE id = ?',
    ended ? 1 : 0,
    ended ? seq : null,
    turnOf(job),
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
  if (ended && !isEnded(before.state)) addToQueueLength(sql, job, -1);
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
  };
}

export function queueLength(sql: Sql, spooler: string, printerId: string): number {
  const row = sql.get(
    'SELECT jobs FROM queue_lengths WHERE spooler = ? AND printer_id = ?',
    spooler,
    printerId,
  );
  return row === undefined ? 0 : integerOf(row, 'jobs');
}

/**
 * Kept as a number because counting 100,000 rows at each question would take longer than printing.
 */
function addToQueueLength(sql: Sql, job: Job, difference: 1 | -1): void {
  sql.run(
    `INSERT INTO queue_lengths (spooler, printer_id, jobs) VALUES (?, ?, ?)
     ON CONFLICT (spooler, printer_id) DO UPDATE SET jobs = jobs + excluded.jobs`,
    job.spooler,
    job.printerId,
    difference,
  );
}

function bodyOf(job: Job): string {
  const { documents: _inTheirOwnTable, ...body } = job;
  return JSON.stringify(body);
}
