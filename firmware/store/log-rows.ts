// The logs as rows: each spooler's end, its term, its records, and its counter of job numbers.
import type { LogRecord, Term } from './contract.ts';
import type { SqlRow } from '../../hal/contract.ts';
import type { Change } from './records/table.ts';
import type { Sql } from './sql.ts';
import { integerOf, textOf } from './statements.ts';

export interface LogEnd {
  readonly spooler: string;
  readonly term: Term;
  readonly seq: number;
}

export function findLogEnd(sql: Sql, spooler: string): LogEnd | undefined {
  return sql.held.logs.find(spooler);
}

export function logEnds(sql: Sql): readonly LogEnd[] {
  return sql
    .all('SELECT spooler FROM logs ORDER BY spooler')
    .flatMap((row) => findLogEnd(sql, textOf(row, 'spooler')) ?? [])
    .map(({ spooler, term, seq }) => ({ spooler, term, seq }));
}

export function putLogEnd(sql: Sql, { spooler, term, seq }: LogEnd): void {
  const lastJobNumber = findLastJobNumber(sql, spooler);
  const cutThrough = sql.held.logs.find(spooler)?.cutThrough;
  sql.held.logs.put(spooler, { spooler, term, seq, lastJobNumber, cutThrough });
}

export function appendRecord(sql: Sql, { spooler, term, seq }: LogEnd, change: Change): void {
  const payload = JSON.stringify(change.payload);
  sql.held.records.add({ spooler, term, seq, type: change.type, payload });
}

export function nextJobNumber(sql: Sql, spooler: string): number {
  const log = sql.held.logs.find(spooler);
  if (log === undefined) throw new Error(`spooler ${spooler} has no log yet`);
  const lastJobNumber = log.lastJobNumber + 1;
  sql.held.logs.put(spooler, { ...log, lastJobNumber });
  return lastJobNumber;
}

/** 0 where there was no job yet. */
export function findLastJobNumber(sql: Sql, spooler: string): number {
  return sql.held.logs.find(spooler)?.lastJobNumber ?? 0;
}

export interface RecordsWanted {
  readonly fromSeq: number;
  readonly limit: number;
  /** Reading ends with the record that reaches it. */
  readonly mostBytes?: number;
}

export function readRecords(
  sql: Sql,
  spooler: string,
  { fromSeq, limit, mostBytes = Infinity }: RecordsWanted,
): readonly LogRecord[] {
  const rows = sql.all(
    'SELECT * FROM records WHERE spooler = ? AND seq >= ? ORDER BY seq LIMIT ?',
    spooler,
    fromSeq,
    limit,
  );
  const records: LogRecord[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (bytes >= mostBytes) break;
    bytes += textOf(row, 'payload').length;
    records.push(recordFromRow(spooler, row));
  }
  return records;
}

function recordFromRow(spooler: string, row: SqlRow): LogRecord {
  // Only appendRecord writes these columns, after the record was applied.
  const change: Change = JSON.parse(
    `{"type":${JSON.stringify(textOf(row, 'type'))},"payload":${textOf(row, 'payload')}}`,
  );
  return {
    spooler,
    term: termFromRow(row),
    seq: integerOf(row, 'seq'),
    change,
  };
}

export function termFromRow(row: SqlRow): Term {
  return {
    generation: integerOf(row, 'generation'),
    counter: integerOf(row, 'counter'),
    node: textOf(row, 'node'),
  };
}

/** Records up to and with `throughSeq` go with the commit. */
export function boundRecords(sql: Sql, spooler: string, throughSeq: number): void {
  const log = sql.held.logs.find(spooler);
  if (log !== undefined) sql.held.logs.put(spooler, { ...log, cutThrough: throughSeq });
}

export function cutRecords(sql: Sql, spooler: string, throughSeq: number): void {
  sql.run('DELETE FROM records WHERE spooler = ? AND seq <= ?', spooler, throughSeq);
}

/** Below zero where `a` is older than `b`; compared as (generation, counter, node). */
export function compareTerms(a: Term, b: Term): number {
  if (a.generation !== b.generation) return a.generation - b.generation;
  if (a.counter !== b.counter) return a.counter - b.counter;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}
