// A job as rows: a codec between Job and the tables jobs and documents; what is loaded, what is
// written.
import type { SqlRow } from '../../hal/contract.ts';
import { isEnded, type Job, type JobDocument } from '../jobs/job.ts';
import { integerOf, type Statements, textOf } from './statements.ts';

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

/** Where the last attempt left the box. */
export interface AttemptPort {
  readonly name: string;
  readonly localPort: number | undefined;
}

export interface JobRow {
  readonly job: Job;
  /** When a hold by time ends; null: it is not held by time. */
  readonly holdUntilMs: number | null;
  /** The record that ended it, if that is not stored yet. */
  readonly endedSeq: number | undefined;
  readonly port: AttemptPort | undefined;
  /** The row as the tables have it; undefined: not yet. */
  readonly stored: Stored | undefined;
}

type Stored = Pick<JobRow, 'holdUntilMs'> & { readonly job: Job };

export function loadJob(statements: Statements, id: string): JobRow | undefined {
  const row = statements.get(
    'SELECT body, hold_until_ms, port_name, local_port FROM jobs WHERE id = ?',
    id,
  );
  if (row === undefined) return undefined;
  const job = jobFromRow(statements, row);
  const holdUntilMs = row['hold_until_ms'] === null ? null : integerOf(row, 'hold_until_ms');
  return asStored({ job, holdUntilMs, endedSeq: undefined, port: portOf(row), stored: undefined });
}

export function writeJob(statements: Statements, row: JobRow): JobRow {
  const { job, stored } = row;
  if (stored === undefined) insert(statements, row);
  else update(statements, row, stored);
  for (const document of job.documents.slice(stored?.job.documents.length ?? 0)) {
    statements.run(
      'INSERT INTO documents (job_id, number, body) VALUES (?, ?, ?)',
      job.id,
      document.number,
      JSON.stringify(document),
    );
  }
  return asStored(row);
}

function asStored(row: JobRow): JobRow {
  const { job, holdUntilMs } = row;
  return { ...row, endedSeq: undefined, stored: { job, holdUntilMs } };
}

function insert(statements: Statements, row: JobRow): void {
  const { job } = row;
  statements.run(
    `INSERT INTO jobs (id, spooler, number, printer_id, user_name, ended, ended_seq, turn,
       hold_until_ms, retained, ended_ms, document_bytes, port_name, local_port, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    job.id,
    job.spooler,
    job.number,
    job.printerId,
    job.origin.userName,
    isEnded(job.state) ? 1 : 0,
    row.endedSeq ?? null,
    turnOf(job),
    row.holdUntilMs,
    job.retained ? 1 : 0,
    endedMsOf(job),
    bytesOf(job),
    row.port?.name ?? null,
    row.port?.localPort ?? null,
    bodyOf(job),
  );
}

/** SQLite rewrites each index whose columns are named, so those that did not change are not. */
function update(statements: Statements, row: JobRow, stored: Stored): void {
  const { job, holdUntilMs, port } = row;
  const isPlain =
    job.printerId === stored.job.printerId &&
    job.state === 'processing' &&
    holdUntilMs === stored.holdUntilMs &&
    job.retained === stored.job.retained;
  if (isPlain) {
    statements.run(
      `UPDATE jobs SET turn = ?, document_bytes = ?, port_name = ?, local_port = ?, body = ?
       WHERE id = ?`,
      turnOf(job),
      bytesOf(job),
      port?.name ?? null,
      port?.localPort ?? null,
      bodyOf(job),
      job.id,
    );
    return;
  }
  statements.run(
    `UPDATE jobs SET printer_id = ?, ended = ?, ended_seq = coalesce(ended_seq, ?), turn = ?,
       hold_until_ms = ?, retained = ?, ended_ms = ?, document_bytes = ?, port_name = ?,
       local_port = ?, body = ?
     WHERE id = ?`,
    job.printerId,
    isEnded(job.state) ? 1 : 0,
    row.endedSeq ?? null,
    turnOf(job),
    holdUntilMs,
    job.retained ? 1 : 0,
    endedMsOf(job),
    bytesOf(job),
    port?.name ?? null,
    port?.localPort ?? null,
    bodyOf(job),
    job.id,
  );
}

/** `row` has the column body. */
export function jobFromRow(statements: Statements, row: SqlRow): Job {
  // Only insert and update write this column, from checked payloads.
  const body: JobBody = JSON.parse(textOf(row, 'body'));
  const documents = statements
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

function portOf(row: SqlRow): AttemptPort | undefined {
  if (row['port_name'] === null) return undefined;
  const localPort = row['local_port'] === null ? undefined : integerOf(row, 'local_port');
  return { name: textOf(row, 'port_name'), localPort };
}

function endedMsOf({ endedAt }: Job): number | null {
  return endedAt?.trusted === true ? Math.floor(endedAt.ms) : null;
}

export function bytesOf(job: Job): number {
  return job.documents.reduce((sum, document) => sum + document.sizeBytes, 0);
}

function bodyOf(job: Job): string {
  const { documents: _inTheirOwnTable, ...body } = job;
  return JSON.stringify(body);
}
