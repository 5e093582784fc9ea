// Queries of jobs; each is served by an index, so its cost does not grow with the queue.
import type { Job } from '../../jobs/job.ts';
import type { JobFilter } from '../../spooler/contract.ts';
import { queryRow } from './row.ts';

export const jobQueries = {
  'jobs.get': queryRow(
    (
      _sql,
      _input:
        | { readonly spooler: string; readonly id: string }
        | { readonly spooler: string; readonly number: number },
    ): Job | undefined => undefined,
  ),
  /** Not completed: in the order of printing. Completed and all: newest first. */
  'jobs.page': queryRow(
    (_sql, _input: JobFilter & { readonly spooler: string }): readonly Job[] => [],
  ),
  /** What a printer can start now: pending, all documents there; highest priority, then lowest number. */
  'jobs.next': queryRow(
    (
      _sql,
      _input: { readonly spooler: string; readonly printerId: string; readonly limit: number },
    ): readonly Job[] => [],
  ),
  /** Jobs that have not ended, by number. */
  'jobs.unfinished': queryRow(
    (
      _sql,
      _input: { readonly spooler: string; readonly afterNumber: number; readonly limit: number },
    ): readonly Job[] => [],
  ),
  /** Jobs that have not ended, by printer id; printers without any are absent. */
  'jobs.counts': queryRow(
    (_sql, _input: { readonly spooler: string }): Readonly<Record<string, number>> => ({}),
  ),
  /** Ended jobs of a printer beyond the newest `keep`, oldest first: what the history may forget. */
  'jobs.history-excess': queryRow(
    (
      _sql,
      _input: {
        readonly spooler: string;
        readonly printerId: string;
        readonly keep: number;
        readonly limit: number;
      },
    ): readonly string[] => [],
  ),
} as const;
