// The simulated Databases: real SQLite in memory; a commit is atomic, and one that was not synced
// may vanish.
import { DatabaseSync } from 'node:sqlite';
import type { Databases, SqlDatabase, SqlRow, SqlStatement } from '../../hal/contract.ts';
import { HalError, toHalError } from '../../hal/errors.ts';
import type { DiskPort } from './disk.ts';
import type { SeededRandom } from './random.ts';

/** Commits that may be kept beside the durable one; more than a test makes between two syncs. */
const snapshotsKept = 64;

/** synchronous=FULL (sqlite.org/pragma.html#pragma_synchronous). */
const synchronousFull = 2;

/** A database as a power cut would leave it: the last synced commit, and those after it. */
export class DatabaseImage {
  #durable: Uint8Array | undefined;
  #unsynced: Uint8Array[] = [];
  #damaged = false;

  /** Bytes on the disk turn into others: SQLite will find that it is no database any more. */
  damage(): void {
    this.#damaged = true;
  }

  get damaged(): boolean {
    return this.#damaged;
  }

  get newest(): Uint8Array | undefined {
    return this.#unsynced.at(-1) ?? this.#durable;
  }

  committed(snapshot: Uint8Array, synced: boolean): void {
    if (!synced) {
      this.#unsynced.push(snapshot);
      if (this.#unsynced.length > snapshotsKept) this.#unsynced.shift();
      return;
    }
    this.#durable = snapshot;
    this.#unsynced = [];
  }

  /** Commits after the last sync vanish, from any of them on. */
  cut(random: SeededRandom): void {
    const kept = random.integer(this.#unsynced.length + 1);
    this.#durable = this.#unsynced[kept - 1] ?? this.#durable;
    this.#unsynced = [];
  }
}

export function createSimulatedDatabases(disk: DiskPort): Databases {
  return {
    open(path) {
      disk.enter('open', path);
      let image = disk.images.get(path);
      if (image === undefined) {
        image = new DatabaseImage();
        disk.images.set(path, image);
      }
      return openDatabase(disk, path, image);
    },
    async setAside(path, to) {
      disk.enter('rename', path);
      const image = disk.images.get(path);
      disk.images.delete(path);
      if (image !== undefined) disk.images.set(to, image);
    },
  };
}

function openDatabase(disk: DiskPort, path: string, image: DatabaseImage): SqlDatabase {
  if (image.damaged) throw new HalError('damaged', path, { detail: 'simulated' });
  const database = new DatabaseSync(':memory:');
  const release = () => {
    disk.opened.delete(release);
    if (database.isOpen) database.close();
  };
  disk.opened.add(release);
  if (image.newest !== undefined) database.deserialize(image.newest);
  // What only reads costs no sync and counts as no operation.
  let written = false;
  const noteCommit = (checkpoint: boolean) => {
    if (database.isTransaction || !(written || checkpoint)) return;
    const { synchronous } = database.prepare('PRAGMA synchronous').get() ?? {};
    image.committed(database.serialize(), checkpoint || synchronous === synchronousFull);
    written = false;
  };
  const translated = <T>(work: () => T): T => {
    disk.assertPowered(path);
    try {
      return work();
    } catch (error) {
      throw toHalError(error, path);
    }
  };
  return {
    exec: (sql) =>
      translated(() => {
        if (/^\s*COMMIT/i.test(sql) && written) disk.enter('commit', path);
        if (writes(sql)) written = true;
        database.exec(sql);
        if (/^\s*ROLLBACK\s*;?\s*$/i.test(sql)) written = false;
        noteCommit(/wal_checkpoint/i.test(sql));
      }),
    prepare: (sql) => {
      const statement = translated(() => database.prepare(sql));
      return {
        run: (...values) =>
          translated(() => {
            const { changes, lastInsertRowid } = statement.run(...values);
            if (Number(changes) > 0) written = true;
            noteCommit(false);
            return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
          }),
        get: (...values) =>
          translated(() => {
            const found = statement.get(...values);
            return found === undefined ? undefined : row(found);
          }),
        all: (...values) => translated(() => statement.all(...values).map(row)),
      } satisfies SqlStatement;
    },
    close: release,
  };
}

function writes(sql: string): boolean {
  return /\b(INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|user_version\s*=)\b/i.test(sql);
}

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
