// Schema version 4: how far the database has come in the journal of the spool.
import type { MigrationRow } from './row.ts';

export const version4: MigrationRow = {
  version: 4,
  title: 'the place in the journal',
  sql: `
    -- Of this node alone: the last entry whose changes the tables hold, and where it ends.
    CREATE TABLE journal (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      entry INTEGER NOT NULL,
      segment INTEGER NOT NULL,
      offset_bytes INTEGER NOT NULL
    ) STRICT;
  `,
};
