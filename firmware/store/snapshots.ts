// Snapshots of a group's log. One is made each so many records, of what they made; once both nodes
// have all of these, it stands in the log in their place, so that a log stays short however long
// its group lives, and a node that has none of it need not begin at its first record.
import { createHash } from 'node:crypto';
import type { LogHistory, Term } from './contract.ts';
import { clusterLimits } from '../limits/cluster-limits.ts';
import { compareTerms, cutRecords, findLogEnd, termFromRow } from './log-rows.ts';
import type { RecordPayload } from './records/table.ts';
import { encodeSnapshot, snapshotFormat } from './snapshot-body.ts';
import type { Sql } from './sql.ts';
import { integerOf, textOf } from './statements.ts';

export type SnapshotPayload = RecordPayload<'log.snapshot'>;

export interface SnapshotStep {
  /** Both nodes have the log up to here: no fork is before it ever again. */
  readonly sharedSeq: number;
  /** Records between one snapshot and the next. */
  readonly every: number;
}

/**
 * A snapshot that was made before and is shared by now takes the place of its records; and the next
 * one is made, where it is due.
 */
export function advanceSnapshot(sql: Sql, spooler: string, step: SnapshotStep): void {
  const end = findLogEnd(sql, spooler);
  if (end === undefined) return;
  const begin = snapshotAtBegin(sql, spooler)?.seq ?? 0;
  const made = sql.get(
    'SELECT seq FROM snapshots WHERE spooler = ? AND seq > ? ORDER BY seq LIMIT 1',
    spooler,
    begin,
  );
  const madeSeq = made === undefined ? undefined : integerOf(made, 'seq');
  if (madeSeq !== undefined && madeSeq > step.sharedSeq) return;
  if (madeSeq !== undefined) putAtBegin(sql, spooler, madeSeq);
  if (end.seq < (madeSeq ?? begin) + step.every) return;
  const body = encodeSnapshot(sql, spooler);
  // No peer would take it: the log keeps its records.
  if (Buffer.byteLength(body) > clusterLimits.snapshotBytes) return;
  const { terms } = readHistory(sql, spooler);
  const payload = { format: snapshotFormat, terms, digest: digestOf(body) };
  putSnapshot(sql, { spooler, seq: end.seq, term: end.term, payload, body });
}

/** Its records, and snapshots before it, go. */
function putAtBegin(sql: Sql, spooler: string, seq: number): void {
  cutRecords(sql, spooler, seq);
  sql.run(
    `INSERT INTO records (spooler, seq, generation, counter, node, type, payload)
     SELECT spooler, seq, generation, counter, node, 'log.snapshot', payload FROM snapshots
     WHERE spooler = ? AND seq = ?`,
    spooler,
    seq,
  );
  sql.run('DELETE FROM snapshots WHERE spooler = ? AND seq < ?', spooler, seq);
}

export function putSnapshot(
  sql: Sql,
  snapshot: {
    readonly spooler: string;
    readonly seq: number;
    readonly term: Term;
    readonly payload: SnapshotPayload;
    readonly body: string;
  },
): void {
  const { spooler, seq, term, payload, body } = snapshot;
  sql.run(
    `INSERT INTO snapshots (spooler, seq, generation, counter, node, payload, body)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    spooler,
    seq,
    term.generation,
    term.counter,
    term.node,
    JSON.stringify(payload),
    body,
  );
}

export function findSnapshotBody(sql: Sql, spooler: string, seq: number): string | undefined {
  const row = sql.get('SELECT body FROM snapshots WHERE spooler = ? AND seq = ?', spooler, seq);
  return row === undefined ? undefined : textOf(row, 'body');
}

/** Those that were made of records which are none any more; all of them where `afterSeq` is 0. */
export function forgetSnapshots(sql: Sql, spooler: string, afterSeq: number): void {
  sql.run('DELETE FROM snapshots WHERE spooler = ? AND seq > ?', spooler, afterSeq);
}

/** The one with which the log begins. */
export function snapshotAtBegin(
  sql: Sql,
  spooler: string,
): { readonly term: Term; readonly seq: number; readonly payload: SnapshotPayload } | undefined {
  const row = sql.get('SELECT * FROM records WHERE spooler = ? ORDER BY seq LIMIT 1', spooler);
  if (row === undefined || textOf(row, 'type') !== 'log.snapshot') return undefined;
  // Only putAtBegin and applyRecords write such a record, from a checked payload.
  const payload: SnapshotPayload = JSON.parse(textOf(row, 'payload'));
  return { term: termFromRow(row), seq: integerOf(row, 'seq'), payload };
}

/** Where the log's terms begin, those of before its first record too. */
export function readHistory(sql: Sql, spooler: string): LogHistory {
  const end = findLogEnd(sql, spooler);
  const begin = snapshotAtBegin(sql, spooler);
  const rows = sql.all(
    `SELECT generation, counter, node, min(seq) AS first_seq FROM records
     WHERE spooler = ? AND seq > ? GROUP BY generation, counter, node ORDER BY first_seq`,
    spooler,
    begin?.seq ?? 0,
  );
  const before = begin?.payload.terms ?? [];
  const last = before.at(-1)?.term;
  const isNew = (term: Term) => last === undefined || compareTerms(term, last) !== 0;
  const after = rows
    .map((row) => ({
      term: termFromRow(row),
      firstSeq: integerOf(row, 'first_seq'),
    }))
    .filter(({ term }) => isNew(term));
  return {
    begin: begin === undefined ? undefined : { term: begin.term, seq: begin.seq },
    end: end === undefined ? undefined : { term: end.term, seq: end.seq },
    terms: [...before, ...after],
  };
}

/** Whether a log that ends there is the beginning of what the snapshot stands for. */
export function standsFor(
  { terms }: SnapshotPayload,
  end: { readonly term: Term; readonly seq: number },
): boolean {
  if (end.seq === 0) return true;
  const there = terms.findLast(({ firstSeq }) => firstSeq <= end.seq);
  return there !== undefined && compareTerms(there.term, end.term) === 0;
}

export function digestOf(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}
