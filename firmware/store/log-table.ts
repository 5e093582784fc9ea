// A log's end, its records and its counter of job numbers as rows: what is loaded, what is written.
import type { Term } from './contract.ts';
import { integerOf, type Statements, textOf } from './statements.ts';

export interface LogRow {
  readonly spooler: string;
  readonly term: Term;
  readonly seq: number;
  readonly lastJobNumber: number;
  /** Records up to and with this one go; undefined: all stay. */
  readonly cutThrough: number | undefined;
}

export interface RecordRow {
  readonly spooler: string;
  readonly term: Term;
  readonly seq: number;
  readonly type: string;
  /** JSON. */
  readonly payload: string;
}

export function loadLog(statements: Statements, spooler: string): LogRow | undefined {
  const row = statements.get('SELECT * FROM logs WHERE spooler = ?', spooler);
  if (row === undefined) return undefined;
  return {
    spooler,
    term: {
      generation: integerOf(row, 'generation'),
      counter: integerOf(row, 'counter'),
      node: textOf(row, 'node'),
    },
    seq: integerOf(row, 'seq'),
    lastJobNumber: integerOf(row, 'last_job_number'),
    cutThrough: undefined,
  };
}

export function writeLog(statements: Statements, row: LogRow): LogRow {
  const { spooler, term, seq, lastJobNumber, cutThrough } = row;
  statements.run(
    `INSERT INTO logs (spooler, generation, counter, node, seq, last_job_number)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (spooler) DO UPDATE SET generation = excluded.generation,
       counter = excluded.counter, node = excluded.node, seq = excluded.seq,
       last_job_number = excluded.last_job_number`,
    spooler,
    term.generation,
    term.counter,
    term.node,
    seq,
    lastJobNumber,
  );
  if (cutThrough !== undefined) {
    statements.run('DELETE FROM records WHERE spooler = ? AND seq <= ?', spooler, cutThrough);
  }
  return { ...row, cutThrough: undefined };
}

export function insertRecord(statements: Statements, row: RecordRow): void {
  const { spooler, seq, term, type, payload } = row;
  statements.run(
    `INSERT INTO records (spooler, seq, generation, counter, node, type, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    spooler,
    seq,
    term.generation,
    term.counter,
    term.node,
    type,
    payload,
  );
}
