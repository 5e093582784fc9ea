// One box's databases: real SQLite in memory, which a dead process leaves as its last commit did,
// and a power cut as well: every commit is synced.
import { DatabaseSync } from 'node:sqlite';
import type { Databases, SqlDatabase, SqlRow } from '../../../hal/contract.ts';

/** synchronous=FULL (sqlite.org/pragma.html#pragma_synchronous). */
const synchronousFull = 2;

export interface KeptDatabases extends Databases {
  /** The disk's content, for whoever looks on from outside. */
  all(sql: string, ...values: readonly (string | number)[]): readonly Record<string, unknown>[];
  image(): Uint8Array;
  /** Another disk. */
  empty(): void;
}

/** One database is enough for a store; `image`: what it holds before the first start. */
export function createKeptDatabases(image: Uint8Array | undefined): KeptDatabases {
  let database = new DatabaseSync(':memory:');
  if (image !== undefined) database.deserialize(image);
  return {
    open: () => openAgain(database),
    setAside: () => Promise.reject(new Error('a sound database is not set aside')),
    all: (sql, ...values) => database.prepare(sql).all(...values),
    image: () => database.serialize(),
    empty: () => void (database = new DatabaseSync(':memory:')),
  };
}

function openAgain(database: DatabaseSync): SqlDatabase {
  if (database.isTransaction) database.exec('ROLLBACK');
  let checked = false;
  return {
    exec(sql) {
      if (!checked && sql.startsWith('COMMIT')) {
        const { synchronous } = database.prepare('PRAGMA synchronous').get() ?? {};
        if (synchronous !== synchronousFull) throw new Error('commits that may vanish');
        checked = true;
      }
      database.exec(sql);
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...values) => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
        },
        get: (...values) => {
          const found = statement.get(...values);
          return found === undefined ? undefined : row(found);
        },
        all: (...values) => statement.all(...values).map(row),
      };
    },
    close: () => undefined,
  };
}

/** Statements of the store read no integers beyond 2^53. */
function row(values: Record<string, unknown>): SqlRow {
  const checked: Record<string, SqlRow[string]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (
      value === null ||
      typeof value === 'number' ||
      typeof value === 'string' ||
      value instanceof Uint8Array
    ) {
      checked[name] = value;
    }
  }
  return checked;
}
