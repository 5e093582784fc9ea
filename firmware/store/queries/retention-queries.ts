// What of a printer's ended jobs is beyond its bounds: by count, by space and by time, for
// documents and for history.
import type { Sql } from '../sql.ts';
import { integerOf, textOf } from '../statements.ts';
import { queryRow } from './row.ts';

export interface ExcessInput {
  readonly spooler: string;
  readonly printerId: string;
  /** Documents that are kept, or the memory of the jobs themselves. */
  readonly of: 'documents' | 'history';
  /** The newest so many stay. */
  readonly jobs?: number;
  /** The newest that have so many bytes together stay. */
  readonly bytes?: number;
  /**
   * What ended until then goes, and what ended before that: a job whose end has no trusted time is
   * as old as the next one that has.
   */
  readonly untilMs?: number;
  readonly limit: number;
}

export interface KeptJob {
  readonly id: string;
  /** Grows with the order in which jobs ended. */
  readonly endedSeq: number;
  /** Of its documents. */
  readonly bytes: number;
}

interface Statements {
  readonly byCount: string;
  readonly bySpace: string;
  readonly byTime: string;
  readonly through: string;
  readonly oldest: string;
}

/** `kept` names the partial index; `weight` is what a job takes. */
function statementsOf(kept: string, weight: string): Statements {
  const which = `spooler = ? AND printer_id = ? AND ${kept}`;
  return {
    byCount: `SELECT ended_seq FROM jobs WHERE ${which}
      ORDER BY ended_seq DESC LIMIT 1 OFFSET ?`,
    bySpace: `SELECT max(ended_seq) AS ended_seq FROM (
        SELECT ended_seq, sum(${weight}) OVER (ORDER BY ended_seq DESC) AS total
        FROM jobs WHERE ${which})
      WHERE total > ?`,
    byTime: `SELECT max(ended_seq) AS ended_seq FROM jobs
      WHERE spooler = ? AND printer_id = ? AND ended = 1 AND ended_ms <= ?`,
    through: `SELECT id FROM jobs WHERE ${which} AND ended_seq <= ?
      ORDER BY ended_seq LIMIT ?`,
    oldest: `SELECT id, ended_seq, ${weight} AS bytes FROM jobs WHERE ${which}
      ORDER BY ended_seq LIMIT ?`,
  };
}

/** Exported so that a test can ask SQLite how it would run them. */
export const retentionStatements = {
  documents: statementsOf('retained = 1', 'document_bytes'),
  history: statementsOf('ended = 1', 'length(body)'),
} as const satisfies Record<ExcessInput['of'], Statements>;

export const retentionQueries = {
  /** Ids of a printer's ended jobs beyond any of the bounds, oldest first. */
  'jobs.excess': queryRow((sql, input: ExcessInput): readonly string[] => {
    const { byCount, bySpace, byTime, through } = retentionStatements[input.of];
    const boundaries = [
      boundary(sql, byCount, input, input.jobs),
      boundary(sql, bySpace, input, input.bytes),
      boundary(sql, byTime, input, input.untilMs),
    ].filter((seq) => seq !== undefined);
    if (boundaries.length === 0) return [];
    return sql
      .all(through, input.spooler, input.printerId, Math.max(...boundaries), input.limit)
      .map((row) => textOf(row, 'id'));
  }),

  /** A printer's ended jobs whose documents are kept, oldest first. */
  'jobs.oldest-kept': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly printerId: string; readonly limit: number },
    ): readonly KeptJob[] =>
      sql
        .all(retentionStatements.documents.oldest, input.spooler, input.printerId, input.limit)
        .map((row) => ({
          id: textOf(row, 'id'),
          endedSeq: integerOf(row, 'ended_seq'),
          bytes: integerOf(row, 'bytes'),
        })),
  ),
} as const;

function boundary(
  sql: Sql,
  statement: string,
  { spooler, printerId }: ExcessInput,
  bound: number | undefined,
): number | undefined {
  if (bound === undefined) return undefined;
  const row = sql.get(statement, spooler, printerId, bound);
  return row === undefined || row['ended_seq'] === null ? undefined : integerOf(row, 'ended_seq');
}
