// Schema version 5: snapshots of logs.
import type { MigrationRow } from './row.ts';

export const version5: MigrationRow = {
  version: 5,
  title: 'snapshots of logs',
  sql: `
    -- What the records up to one made: of the one that stands in the log for them, and of one that
    -- will once both nodes have it.
    CREATE TABLE snapshots (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      payload TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (spooler, seq)
    ) STRICT, WITHOUT ROWID;
  `,
};
