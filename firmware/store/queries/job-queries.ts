// Queries of jobs; each is served by an index, so its cost does not grow with the queue.
import type { Job } from '../../jobs/job.ts';
import { findJob } from '../job-rows.ts';
import { jobFromRow, readyTurns, turns } from '../job-table.ts';
import { integerOf, textOf } from '../statements.ts';
import { type JobPageInput, jobPageStatement } from './job-page.ts';
import { queryRow } from './row.ts';

/** Statements that a test asks SQLite about; each must be a search by an index. */
export const jobStatements = {
  next: `SELECT body FROM jobs
    WHERE spooler = ? AND printer_id = ? AND ended = 0
      AND turn BETWEEN ${readyTurns.first} AND ${readyTurns.last}
    ORDER BY turn, number LIMIT ?`,
  ofTurn: `SELECT body FROM jobs WHERE spooler = ? AND ended = 0 AND turn = ? AND number > ?
    ORDER BY number LIMIT ?`,
  unfinished: `SELECT body FROM jobs WHERE spooler = ? AND ended = 0 AND number > ?
    ORDER BY number LIMIT ?`,
  heldOnCreate: `SELECT body FROM jobs
    WHERE spooler = ? AND printer_id = ? AND ended = 0
      AND turn IN (${turns.heldIncoming}, ${turns.held})
      AND json_extract(body, '$.reasons') LIKE '%"job-held-on-create"%'
    ORDER BY turn, number LIMIT ?`,
  timedHolds: `SELECT body, hold_until_ms FROM jobs WHERE spooler = ? AND hold_until_ms IS NOT NULL
    ORDER BY hold_until_ms LIMIT ?`,
} as const;

export const jobQueries = {
  'jobs.get': queryRow(
    (
      sql,
      input:
        | { readonly spooler: string; readonly id: string }
        | { readonly spooler: string; readonly number: number },
    ): Job | undefined => {
      if ('id' in input) return findJob(sql, input.spooler, input.id);
      const row = sql.get(
        'SELECT body FROM jobs WHERE spooler = ? AND number = ?',
        input.spooler,
        input.number,
      );
      return row === undefined ? undefined : jobFromRow(sql, row);
    },
  ),

  /**
   * Not completed: in the order of printing. Completed: by end, newest first. All: newest first.
   */
  'jobs.page': queryRow((sql, input: JobPageInput): readonly Job[] => {
    const statement = jobPageStatement(sql, input);
    return sql.all(statement.sql, ...statement.values).map((row) => jobFromRow(sql, row));
  }),

  /**
   * What a printer can start now: pending, all documents there; highest priority, then lowest
   * number.
   */
  'jobs.next': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly printerId: string; readonly limit: number },
    ): readonly Job[] =>
      sql
        .all(jobStatements.next, input.spooler, input.printerId, input.limit)
        .map((row) => jobFromRow(sql, row)),
  ),

  /** Jobs that print, or that still arrive, by number: all that a start has to look at. */
  'jobs.of-turn': queryRow(
    (
      sql,
      input: {
        readonly spooler: string;
        readonly turn: 'printing' | 'incoming' | 'heldIncoming';
        readonly afterNumber: number;
        readonly limit: number;
      },
    ): readonly Job[] =>
      sql
        .all(jobStatements.ofTurn, input.spooler, turns[input.turn], input.afterNumber, input.limit)
        .map((row) => jobFromRow(sql, row)),
  ),

  /** Jobs that have not ended, by number. */
  'jobs.unfinished': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly afterNumber: number; readonly limit: number },
    ): readonly Job[] =>
      sql
        .all(jobStatements.unfinished, input.spooler, input.afterNumber, input.limit)
        .map((row) => jobFromRow(sql, row)),
  ),

  /** Jobs that their printer held when they were made. */
  'jobs.held-on-create': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly printerId: string; readonly limit: number },
    ): readonly Job[] =>
      sql
        .all(jobStatements.heldOnCreate, input.spooler, input.printerId, input.limit)
        .map((row) => jobFromRow(sql, row)),
  ),

  /** Jobs held by time, the first to go first; `untilMs` below zero: not known yet. */
  'jobs.timed-holds': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly limit: number },
    ): readonly { readonly job: Job; readonly untilMs: number }[] =>
      sql.all(jobStatements.timedHolds, input.spooler, input.limit).map((row) => ({
        job: jobFromRow(sql, row),
        untilMs: integerOf(row, 'hold_until_ms'),
      })),
  ),

  /** Jobs that have not ended, by printer id; a printer without any may be absent. */
  'jobs.counts': queryRow(
    (sql, input: { readonly spooler: string }): Readonly<Record<string, number>> =>
      Object.fromEntries(
        sql
          .all('SELECT printer_id, jobs FROM queue_lengths WHERE spooler = ?', input.spooler)
          .map((row) => [textOf(row, 'printer_id'), integerOf(row, 'jobs')]),
      ),
  ),

  /** Where the job's last attempt left the box: what a survivor needs to reset a dead session. */
  'jobs.attempt': queryRow(
    (
      sql,
      input: { readonly spooler: string; readonly id: string },
    ): { readonly portName: string; readonly localPort: number | undefined } | undefined => {
      const row = sql.get(
        `SELECT port_name, local_port FROM jobs
         WHERE id = ? AND spooler = ? AND port_name IS NOT NULL`,
        input.id,
        input.spooler,
      );
      if (row === undefined) return undefined;
      const localPort = row['local_port'] === null ? undefined : integerOf(row, 'local_port');
      return { portName: textOf(row, 'port_name'), localPort };
    },
  ),
} as const;
