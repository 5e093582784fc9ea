// Schema version 3: what a group's replication keeps beside its log.
import type { MigrationRow } from './row.ts';

export const version3: MigrationRow = {
  version: 3,
  title: 'records that were put aside, memories of machines, connections that may linger',
  sql: `
    -- Of this node alone: what came after a fork, until both are in step past it.
    CREATE TABLE set_aside (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, generation, counter, node, seq)
    ) STRICT, WITHOUT ROWID;

    -- Of this node alone: the durable state of each group's machine.
    CREATE TABLE memories (spooler TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

    -- Made from records: local ports of attempts at a port that did not end in order.
    CREATE TABLE lingering (
      spooler TEXT NOT NULL,
      port_name TEXT NOT NULL,
      local_port INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (spooler, port_name, local_port)
    ) STRICT, WITHOUT ROWID;
  `,
};
