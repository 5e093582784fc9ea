// The marks that a unit leaves in the spool: of starts, before anything is sent, and of ends.
import type { MarkToWrite } from '../spool/marks.ts';
import type { CommitUnit } from './contract.ts';
import { findJob } from './job-rows.ts';
import { findLocation } from './location-rows.ts';
import type { Sql } from './sql.ts';

/**
 * A start must be known to survive before its first byte leaves. An end of a job that was started
 * may be lost: the start tells enough to print nothing by itself. An end of any other job may not.
 */
export function marksOfUnit(sql: Sql, unit: CommitUnit): readonly MarkToWrite[] {
  return unit.changes.flatMap((change): readonly MarkToWrite[] => {
    if (change.type !== 'job.started' && change.type !== 'job.ended') return [];
    const { jobId } = change.payload;
    const location = findLocation(sql, jobId, 1);
    if (location === undefined) return [];
    if (change.type === 'job.started') return [{ location, mark: 'started', synced: true }];
    const wasStarted = (findJob(sql, unit.spooler, jobId)?.attempts ?? 0) > 0;
    return [{ location, mark: 'ended', synced: !wasStarted }];
  });
}
