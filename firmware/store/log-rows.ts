// The logs as rows: each spooler's end, its term, its records, and its counter of job numbers.
import type { LogRecord, Term } from './contract.ts';
import type { Change } from './records/table.ts';
import { integerOf, type Sql, textOf } from './sql.ts';

export interface LogEnd {
  readonly spooler: string;
  readonly term: Term;
  readonly seq: number;
}

export function findLogEnd(sql: Sql, spooler: string): LogEnd | undefined {
  return logEnds(sql, spooler)[0];
}

export function logEnds(sql: Sql, spooler?: string): readonly LogEnd[] {
  const rows =
    spooler === undefined
      ? sql.all('SELECT * FROM logs ORDER BY spooler')
      : sql.all('SELECT * FROM logs WHERE spooler = ?', spooler);
  return rows.map((row) => ({
    spooler: textOf(row, 'spooler'),
    term: {
      generation: integerOf(row, 'generation'),
      counter: integerOf(row, 'counter'),
      node: textOf(row, 'node'),
    },
    seq: integerOf(row, 'seq'),
  }));
}

export function putLogEnd(sql: Sql, { spooler, term, seq }: LogEnd): void {
  sql.run(
    `INSERT INTO logs (spooler, generation, counter, node, seq, last_job_number)
     VALUES (?, ?, ?, ?, ?, 0)
     ON CONFLICT (spooler) DO UPDATE SET generation = excluded.generation,
       counter = excluded.counter, node = excluded.node, seq = excluded.seq`,
    spooler,
    term.generation,
    term.counter,
    term.node,
    seq,
  );
}

export function appendRecord(sql: Sql, { spooler, term, seq }: LogEnd, change: Change): void {
  sql.run(
    `INSERT INTO records (spooler, seq, generation, counter, node, type, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    spooler,
    seq,
    term.generation,
    term.counter,
    term.node,
    change.type,
    JSON.stringify(change.payload),
  );
}

export function nextJobNumber(sql: Sql, spooler: string): number {
  sql.run('UPDATE logs SET last_job_number = last_job_number + 1 WHERE spooler = ?', spooler);
  const row = sql.get('SELECT last_job_number FROM logs WHERE spooler = ?', spooler);
  if (row === undefined) throw new Error(`spooler ${spooler} has no log yet`);
  return integerOf(row, 'last_job_number');
}

export function readRecords(
  sql: Sql,
  spooler: string,
  fromSeq: number,
  limit: number,
): readonly LogRecord[] {
  return sql
    .all(
      'SELECT * FROM records WHERE spooler = ? AND seq >= ? ORDER BY seq LIMIT ?',
      spooler,
      fromSeq,
      limit,
    )
    .map((row) => {
      // Only appendRecord writes these columns, after the record was applied.
      const change: Change = JSON.parse(
        `{"type":${JSON.stringify(textOf(row, 'type'))},"payload":${textOf(row, 'payload')}}`,
      );
      return {
        spooler,
        term: {
          generation: integerOf(row, 'generation'),
          counter: integerOf(row, 'counter'),
          node: textOf(row, 'node'),
        },
        seq: integerOf(row, 'seq'),
        change,
      };
    });
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
