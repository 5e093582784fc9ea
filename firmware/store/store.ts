// The store itself: opens database and spool, commits in groups, answers queries. Runs in a worker,
// or without one.
import type { Databases, Files, SqlDatabase } from '../../hal/contract.ts';
import { storeLimits } from '../limits/store-limits.ts';
import { spoolPlaces } from '../spool/places.ts';
import {
  type CommitOutcome,
  type CommitUnit,
  type LogRecord,
  type Store,
  StoreError,
} from './contract.ts';
import { GroupCommit } from './group-commit.ts';
import { isReferenced } from './location-rows.ts';
import { cutRecords, type LogEnd, logEnds, readRecords } from './log-rows.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/table.ts';
import { type QueryInput, type QueryName, type QueryOutput, runQuery } from './queries/table.ts';
import { listSegments, SegmentWriter } from './segments.ts';
import { createSql, DamagedDatabaseError, type Sql } from './sql.ts';
import { SpoolJanitor } from './spool-janitor.ts';

export interface StoreOptions {
  readonly files: Files;
  readonly databases: Databases;
  /** Holds the database; made where it is missing. */
  readonly dataDirectory: string;
  /** The spool's directory; the store owns its segments folder, the spool its documents. */
  readonly spoolDirectory: string;
}

const databaseName = 'platen.db';

/**
 * Opens or makes the store. Rejects with a HalError, a DamagedDatabaseError or a NewerSchemaError.
 * The database is brought up to date, and what a power cut left half removed in the segments is
 * removed.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { files, dataDirectory } = options;
  const { segments } = spoolPlaces(options.spoolDirectory);
  await files.makeDirectory(dataDirectory);
  await files.makeDirectory(segments);
  const database = options.databases.open(`${dataDirectory}/${databaseName}`);
  try {
    const sql = createSql(database);
    prepareDatabase(sql);
    await files.syncDirectory(dataDirectory);
    const { names, lastNumber } = await listSegments(files, segments);
    const writer = new SegmentWriter({ files, directory: segments, lastNumber });
    const janitor = new SpoolJanitor({
      files,
      places: spoolPlaces(options.spoolDirectory),
      isNeeded: (name) => name === writer.activeName || isReferenced(sql, name),
    });
    janitor.removeSegments(names);
    await janitor.idle();
    return new DirectStore({ database, sql, writer, janitor });
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareDatabase(sql: Sql): void {
  sql.exec('PRAGMA journal_mode = WAL');
  sql.exec('PRAGMA synchronous = FULL');
  sql.exec(`PRAGMA journal_size_limit = ${storeLimits.walBytes}`);
  // A write-ahead log whose fsync once failed may be in memory only, though it reads as whole: what
  // it holds goes into the database, synced, before anything is built upon it.
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  if (sql.get('PRAGMA quick_check(1)')?.['quick_check'] !== 'ok') {
    throw new DamagedDatabaseError('of quick_check');
  }
  migrate(sql, migrations);
}

class DirectStore implements Store {
  readonly #database: SqlDatabase;
  readonly #sql: Sql;
  readonly #writer: SegmentWriter;
  readonly #janitor: SpoolJanitor;
  readonly #commits: GroupCommit;
  #closed: Promise<void> | undefined;

  constructor(parts: {
    readonly database: SqlDatabase;
    readonly sql: Sql;
    readonly writer: SegmentWriter;
    readonly janitor: SpoolJanitor;
  }) {
    this.#database = parts.database;
    this.#sql = parts.sql;
    this.#writer = parts.writer;
    this.#janitor = parts.janitor;
    this.#commits = new GroupCommit({
      sql: parts.sql,
      segments: parts.writer,
      onDropped: (locations) => parts.janitor.removeDropped(locations),
    });
  }

  async commit(unit: CommitUnit): Promise<CommitOutcome> {
    this.#assertOpen();
    return this.#commits.commit(unit);
  }

  async query<Name extends QueryName>(
    name: Name,
    input: QueryInput<Name>,
  ): Promise<QueryOutput<Name>> {
    return this.#read(`query ${name} failed`, () => runQuery(this.#sql, name, input));
  }

  async readLog(spooler: string, fromSeq: number, limit: number): Promise<readonly LogRecord[]> {
    return this.#read('the log could not be read', () =>
      readRecords(this.#sql, spooler, fromSeq, Math.min(limit, storeLimits.recordsPerRead)),
    );
  }

  async cutLog(spooler: string, throughSeq: number): Promise<void> {
    this.#read('the log could not be cut', () => cutRecords(this.#sql, spooler, throughSeq));
  }

  async logEnds(): Promise<readonly LogEnd[]> {
    return this.#read('the logs could not be read', () => logEnds(this.#sql));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#commits.drained();
    await this.#janitor.idle();
    await this.#writer.close();
    this.#database.close();
  }

  #read<T>(failure: string, work: () => T): T {
    this.#assertOpen();
    try {
      return work();
    } catch (error) {
      throw new StoreError(failure, { cause: error });
    }
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new StoreError('the store is closed');
  }
}
