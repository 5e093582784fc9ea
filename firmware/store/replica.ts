// A standby's half of the store: records of the owner applied as they are, and a log cut back to a
// fork.
import type { DocumentLocation, LogRecord, RecordBatch } from './contract.ts';
import { putLocation, takeLocations } from './location-rows.ts';
import { appendRecord, compareTerms, findLogEnd, putLogEnd, readRecords } from './log-rows.ts';
import { applyChange } from './records/table.ts';
import { madeFromRecords } from './snapshot-body.ts';
import { forgetSnapshots, putSnapshot, snapshotAtBegin, standsFor } from './snapshots.ts';
import type { Sql } from './sql.ts';
import { integerOf, textOf } from './statements.ts';
import { type AppliedUnit, createOutcomeDraft, type PlacedUnit } from './unit.ts';

/** What is asked of the log does not fit to it: nothing was changed. */
export class ReplicaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReplicaError';
  }
}

/** Inside a transaction and a savepoint of its own. */
export function applyRecords(
  sql: Sql,
  batch: RecordBatch,
  locations: PlacedUnit['locations'],
): AppliedUnit {
  const { spooler, after, records } = batch;
  const end = findLogEnd(sql, spooler);
  const fits =
    after.seq === (end?.seq ?? 0) &&
    (end === undefined || end.seq === 0 || compareTerms(after.term, end.term) === 0);
  if (!fits) {
    throw new ReplicaError(`records after ${after.seq} don't follow on ${end?.seq ?? 0}`);
  }
  for (const { jobId, number, location } of locations) putLocation(sql, jobId, number, location);
  const draft = createOutcomeDraft(sql, spooler);
  let seq = after.seq;
  for (const { term, seq: next, change } of records) {
    seq += 1;
    if (change.type === 'log.snapshot') {
      seq = beginAnew(sql, batch, { term, seq: next, payload: change.payload });
    }
    if (next !== seq) throw new ReplicaError(`record ${next} does not follow on ${seq - 1}`);
    putLogEnd(sql, { spooler, term, seq });
    const refusal = applyChange(draft.contextAt(seq), change);
    if (refusal !== undefined) {
      throw new ReplicaError(`record ${seq} does not apply: ${refusal.message}`);
    }
    appendRecord(sql, { spooler, term, seq }, change);
  }
  return { outcome: draft.outcome(seq), dropped: draft.dropped };
}

/** The log is to begin with a snapshot: what it stands for goes, and is not applied any more. */
function beginAnew(
  sql: Sql,
  { spooler, after, snapshot: body }: RecordBatch,
  at: Omit<Parameters<typeof putSnapshot>[1], 'spooler' | 'body'>,
): number {
  if (body === undefined) throw new ReplicaError(`the snapshot at ${at.seq} came without its body`);
  const isWhole = at.seq > after.seq && standsFor(at.payload, after) && standsFor(at.payload, at);
  if (!isWhole) {
    throw new ReplicaError(
      `the snapshot at ${at.seq} does not stand for the log up to ${after.seq}`,
    );
  }
  sql.run('DELETE FROM records WHERE spooler = ?', spooler);
  forgetSnapshots(sql, spooler, 0);
  putSnapshot(sql, { ...at, spooler, body });
  return at.seq;
}

/**
 * The log ends at `seq`, and the tables are what the records up to there make. The whole log is
 * applied anew, so it must reach back to its first record, or to a snapshot.
 */
export function cutTail(sql: Sql, spooler: string, seq: number): void {
  const end = findLogEnd(sql, spooler);
  if (end === undefined || seq >= end.seq) return;
  const kept = recordsThrough(sql, spooler, seq);
  const begin = snapshotAtBegin(sql, spooler)?.seq;
  const isBefore = begin !== undefined && seq < begin;
  if (isBefore || kept.length !== seq + 1 - (begin ?? 1)) {
    throw new ReplicaError(`the log of ${spooler} does not reach back to ${seq}`);
  }
  sql.run(
    `INSERT OR REPLACE INTO set_aside (spooler, seq, generation, counter, node, type, payload)
     SELECT spooler, seq, generation, counter, node, type, payload FROM records
     WHERE spooler = ? AND seq > ?`,
    spooler,
    seq,
  );
  sql.run('DELETE FROM records WHERE spooler = ? AND seq > ?', spooler, seq);
  forgetSnapshots(sql, spooler, seq);
  sql.run('DELETE FROM documents WHERE job_id IN (SELECT id FROM jobs WHERE spooler = ?)', spooler);
  for (const table of madeFromRecords) sql.run(`DELETE FROM ${table} WHERE spooler = ?`, spooler);
  sql.run('DELETE FROM logs WHERE spooler = ?', spooler);
  for (const record of kept) applyAgain(sql, record);
}

function recordsThrough(sql: Sql, spooler: string, seq: number): readonly LogRecord[] {
  return readRecords(sql, spooler, { fromSeq: 1, limit: seq }).filter(
    (record) => record.seq <= seq,
  );
}

/** As the first time, but told to nobody; documents that went are gone already. */
function applyAgain(sql: Sql, { spooler, term, seq, change }: LogRecord): void {
  putLogEnd(sql, { spooler, term, seq });
  const draft = createOutcomeDraft(sql, spooler);
  const context = {
    ...draft.contextAt(seq),
    emit: () => undefined,
    dropDocuments: () => undefined,
  };
  const refusal = applyChange(context, change);
  if (refusal !== undefined) {
    throw new ReplicaError(`record ${seq} does not apply any more: ${refusal.message}`);
  }
}

/** Answers with nothing to remove: files of forgotten locations go at the next start. */
export function forgetTail(sql: Sql, spooler: string): void {
  const row = sql.get('SELECT count(*) AS records FROM set_aside WHERE spooler = ?', spooler);
  if (row === undefined || integerOf(row, 'records') === 0) return;
  sql.run(
    `DELETE FROM locations WHERE job_id IN (
       SELECT json_extract(payload, '$.jobId') FROM set_aside
       WHERE spooler = ? AND type = 'job.document-added')
     AND job_id NOT IN (SELECT id FROM jobs WHERE ended = 0 OR retained = 1)`,
    spooler,
  );
  sql.run('DELETE FROM set_aside WHERE spooler = ?', spooler);
}

/** Also what was put aside, and what its machine remembered. Answers where its documents were. */
export function forgetLog(sql: Sql, spooler: string): readonly DocumentLocation[] {
  const rows = sql.all(
    `SELECT DISTINCT job_id FROM locations WHERE job_id IN (
       SELECT id FROM jobs WHERE spooler = ? UNION
       SELECT json_extract(payload, '$.jobId') FROM set_aside
       WHERE spooler = ? AND type = 'job.document-added')`,
    spooler,
    spooler,
  );
  const dropped = rows.flatMap((row) => takeLocations(sql, textOf(row, 'job_id')));
  sql.run('DELETE FROM documents WHERE job_id IN (SELECT id FROM jobs WHERE spooler = ?)', spooler);
  const own = ['records', 'snapshots', 'logs', 'set_aside', 'memories'] as const;
  const tables = [...madeFromRecords, ...own];
  for (const table of tables) sql.run(`DELETE FROM ${table} WHERE spooler = ?`, spooler);
  return dropped;
}

export function remember(sql: Sql, spooler: string, memory: string): void {
  sql.run(
    `INSERT INTO memories (spooler, body) VALUES (?, ?)
     ON CONFLICT (spooler) DO UPDATE SET body = excluded.body`,
    spooler,
    memory,
  );
}
