// Schema version 1: log, printers, jobs, documents, registry and event ring.
import type { MigrationRow } from './row.ts';

/**
 * Bodies are JSON of the firmware's own types; columns beside a body exist for indexes. Indexes
 * over `ended` are partial: what a queue needs stays small however long the history is.
 */
export const version1: MigrationRow = {
  version: 1,
  title: 'log, printers, jobs, documents, registry, events',
  sql: `
    CREATE TABLE logs (
      spooler TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      seq INTEGER NOT NULL,
      last_job_number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE records (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, seq)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE printers (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (spooler, folded_name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      number INTEGER NOT NULL,
      printer_id TEXT NOT NULL,
      user_name TEXT NOT NULL,
      ended INTEGER NOT NULL,
      ended_seq INTEGER,
      turn INTEGER NOT NULL,
      port_name TEXT,
      local_port INTEGER,
      body TEXT NOT NULL,
      UNIQUE (spooler, number)
    ) STRICT;
    CREATE INDEX jobs_queue ON jobs (spooler, printer_id, turn, number) WHERE ended = 0;
    CREATE INDEX jobs_live ON jobs (spooler, turn, number) WHERE ended = 0;
    CREATE INDEX jobs_unfinished ON jobs (spooler, number) WHERE ended = 0;
    CREATE INDEX jobs_live_of_user ON jobs (spooler, user_name, turn, number) WHERE ended = 0;
    CREATE INDEX jobs_past ON jobs (spooler, ended_seq) WHERE ended = 1;
    CREATE INDEX jobs_past_of_printer ON jobs (spooler, printer_id, ended_seq) WHERE ended = 1;
    CREATE INDEX jobs_past_of_user ON jobs (spooler, user_name, ended_seq) WHERE ended = 1;
    CREATE INDEX jobs_of_printer ON jobs (spooler, printer_id, number);
    CREATE INDEX jobs_of_user ON jobs (spooler, user_name, number);

    CREATE TABLE queue_lengths (
      spooler TEXT NOT NULL,
      printer_id TEXT NOT NULL,
      jobs INTEGER NOT NULL,
      PRIMARY KEY (spooler, printer_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE documents (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;

    -- Of this node alone, not made from records: where bytes are.
    CREATE TABLE locations (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      offset_bytes INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX locations_by_name ON locations (name);

    CREATE TABLE registry_keys (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      parent_key TEXT NOT NULL,
      name TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX registry_sub_keys ON registry_keys (spooler, parent_key);

    CREATE TABLE registry_values (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key, folded_name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      body TEXT NOT NULL
    ) STRICT;
  `,
};
