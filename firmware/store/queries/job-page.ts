// The pages of job lists: each combination of filters is one statement that an index serves, with a
// key to go on from.
import type { SqlValue } from '../../../hal/contract.ts';
import type { JobFilter } from '../../spooler/contract.ts';
import { readyTurns, turns } from '../job-table.ts';
import type { Sql } from '../sql.ts';
import { integerOf } from '../statements.ts';

export interface JobPageInput extends JobFilter {
  readonly spooler: string;
}

/** A statement with its values; exported so that a test can ask SQLite how it would run it. */
export interface PageStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * The cursor's job is gone from the history: the page goes on as if it had had the usual priority.
 */
const turnOfForgotten = readyTurns.last / 2 + readyTurns.first;

export function jobPageStatement(sql: Sql, input: JobPageInput): PageStatement {
  const conditions = ['spooler = ?'];
  const values: SqlValue[] = [input.spooler];
  const where = (condition: string, ...more: readonly SqlValue[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  // The narrower index first: a user has fewer jobs than a printer.
  if (input.userName !== undefined) where('user_name = ?', input.userName);
  if (input.printerId !== undefined) {
    where(input.userName === undefined ? 'printer_id = ?' : '+printer_id = ?', input.printerId);
  }
  const order = orderOf(sql, input, where);
  return {
    sql: `SELECT body FROM jobs WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`,
    values: [...values, input.limit],
  };
}

function orderOf(
  sql: Sql,
  input: JobPageInput,
  where: (condition: string, ...more: readonly SqlValue[]) => void,
): string {
  const after = input.afterNumber;
  switch (input.which) {
    case 'not-completed':
    case 'held': {
      where('ended = 0');
      if (input.which === 'held') where('turn >= ?', turns.heldIncoming);
      if (after !== undefined) {
        where('(turn, number) > (?, ?)', cursor(sql, input.spooler, after).turn, after);
      }
      return 'turn, number';
    }
    case 'completed': {
      where('ended = 1');
      if (after !== undefined) where('ended_seq < ?', cursor(sql, input.spooler, after).endedSeq);
      return 'ended_seq DESC';
    }
    case 'all': {
      if (after !== undefined) where('number < ?', after);
      return 'number DESC';
    }
  }
}

function cursor(sql: Sql, spooler: string, number: number): { turn: number; endedSeq: number } {
  const row = sql.get(
    'SELECT turn, coalesce(ended_seq, 0) AS ended_seq FROM jobs WHERE spooler = ? AND number = ?',
    spooler,
    number,
  );
  if (row === undefined) return { turn: turnOfForgotten, endedSeq: 0 };
  return { turn: integerOf(row, 'turn'), endedSeq: integerOf(row, 'ended_seq') };
}
