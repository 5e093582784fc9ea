// Schema version 2: holds by time, documents that stay after the end, what queues hold, and where
// frames begin.
import type { MigrationRow } from './row.ts';

/**
 * `hold_until_ms`: when a hold by time ends, below zero while that is not known. `ended_ms` is null
 * where the wall clock was not trusted at the end. `turn` 190: held and still arriving.
 */
export const version2: MigrationRow = {
  version: 2,
  title: 'holds by time, retention, quotas, marks in the spool',
  sql: `
    ALTER TABLE jobs ADD COLUMN hold_until_ms INTEGER;
    ALTER TABLE jobs ADD COLUMN retained INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN ended_ms INTEGER;
    ALTER TABLE jobs ADD COLUMN document_bytes INTEGER NOT NULL DEFAULT 0;
    UPDATE jobs SET
      turn = CASE WHEN turn = 200 AND json_extract(body, '$.incoming') THEN 190 ELSE turn END,
      ended_ms = CASE WHEN json_extract(body, '$.endedAt.trusted')
        THEN CAST(json_extract(body, '$.endedAt.ms') AS INTEGER) END,
      document_bytes = (SELECT coalesce(sum(json_extract(documents.body, '$.sizeBytes')), 0)
        FROM documents WHERE documents.job_id = jobs.id);
    CREATE INDEX jobs_timed_holds ON jobs (spooler, hold_until_ms)
      WHERE hold_until_ms IS NOT NULL;
    CREATE INDEX jobs_retained ON jobs (spooler, printer_id, ended_seq) WHERE retained = 1;
    CREATE INDEX jobs_past_by_time ON jobs (spooler, printer_id, ended_ms) WHERE ended = 1;

    ALTER TABLE queue_lengths ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
    UPDATE queue_lengths SET bytes = (SELECT coalesce(sum(jobs.document_bytes), 0) FROM jobs
      WHERE jobs.spooler = queue_lengths.spooler AND jobs.printer_id = queue_lengths.printer_id
        AND jobs.ended = 0);

    -- What the start of this life made of a database that was damaged; of this node alone.
    CREATE TABLE rebuilds (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

    ALTER TABLE locations ADD COLUMN frame_bytes INTEGER NOT NULL DEFAULT -1;
  `,
};
