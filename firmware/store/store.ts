// The store itself: opens database and spool, commits in groups, answers queries. Runs in a worker,
// or without one.
import type { Databases, Files, SqlDatabase } from '../../hal/contract.ts';
import { storeLimits } from '../limits/store-limits.ts';
import { writeMarks } from '../spool/marks.ts';
import { segmentNumber, spoolPlaces } from '../spool/places.ts';
import {
  type CommitOutcome,
  type CommitUnit,
  type LogRecord,
  type RecordBatch,
  type Store,
  StoreError,
} from './contract.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { createLateMarks, type LateMarks } from './late-marks.ts';
import { isReferenced } from './location-rows.ts';
import { cutRecords, type LogEnd, logEnds, readRecords } from './log-rows.ts';
import { KeepsakeWriter } from './keepsake.ts';
import { keepsakePath, openDatabase } from './open-database.ts';
import { type QueryInput, type QueryName, type QueryOutput, runQuery } from './queries/table.ts';
import { applyRecords, cutTail, forgetLog, forgetTail, remember } from './replica.ts';
import { listSegments, SegmentWriter } from './segments.ts';
import type { Change } from './records/table.ts';
import { changesOf, decodeSnapshot, marksOf, type SnapshotBody } from './snapshot-body.ts';
import { advanceSnapshot, type SnapshotStep } from './snapshots.ts';
import type { Sql } from './sql.ts';
import { SpoolJanitor } from './spool-janitor.ts';
import type { AppliedUnit } from './unit.ts';

export interface StoreOptions {
  readonly files: Files;
  readonly databases: Databases;
  /** Holds the database; made where it is missing. */
  readonly dataDirectory: string;
  /** The spool's directory; the store owns its segments folder, the spool its documents. */
  readonly spoolDirectory: string;
  /** A segment is left once it has grown to this; spoolLimits' unless given. */
  readonly segmentBytes?: number;
}

/**
 * Opens or makes the store. Rejects with a HalError or a NewerSchemaError. The database is brought
 * up to date, and what a power cut left half removed in the segments is removed. One that is
 * damaged, or gone while the spool is not, is set aside and built anew from spool and keepsake.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { files, dataDirectory } = options;
  const places = spoolPlaces(options.spoolDirectory);
  await files.makeDirectory(dataDirectory);
  await files.makeDirectory(places.segments);
  const { names, lastNumber } = await listSegments(files, places.segments);
  const { database, sql, replayed } = await openDatabase(options, lastNumber);
  try {
    await files.syncDirectory(dataDirectory);
    const { position } = replayed;
    const writer = new SegmentWriter({
      files,
      directory: places.segments,
      // A number is given once, also where its segment went long ago.
      lastNumber: Math.max(lastNumber, position.segment),
      segmentBytes: options.segmentBytes,
    });
    const keepsake = new KeepsakeWriter({ files, path: keepsakePath(dataDirectory), sql });
    const mark: GroupCommitOptions['writeMarks'] = (marks) => writeMarks(files, places, marks);
    const lateMarks = createLateMarks(mark);
    const janitor = new SpoolJanitor({
      files,
      places,
      isNeeded: (name) =>
        (segmentNumber(name) ?? 0) >= commits.neededFrom || isReferenced(sql, name),
    });
    const commits: GroupCommit = new GroupCommit({
      sql,
      segments: writer,
      position,
      writeMarks: mark,
      lateMarks,
      onDropped(locations) {
        janitor.removeDropped(locations);
        return janitor.idle();
      },
      onCommitted: (units) => keepsake.committed(units),
    });
    janitor.removeSegments(names);
    janitor.removeDropped(replayed.dropped);
    await janitor.idle();
    return new DirectStore({ database, sql, writer, janitor, keepsake, commits, lateMarks });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Of what appends nothing to a log. */
const noTerm = { generation: 0, counter: 0, node: '' } as const;

const nothingApplied: AppliedUnit = {
  outcome: { kind: 'committed', lastSeq: 0, jobs: [], printers: [], events: [] },
  dropped: [],
};

class DirectStore implements Store {
  readonly #database: SqlDatabase;
  readonly #sql: Sql;
  readonly #writer: SegmentWriter;
  readonly #janitor: SpoolJanitor;
  readonly #keepsake: KeepsakeWriter;
  readonly #commits: GroupCommit;
  readonly #lateMarks: LateMarks;
  #closed: Promise<void> | undefined;

  constructor(parts: {
    readonly database: SqlDatabase;
    readonly sql: Sql;
    readonly writer: SegmentWriter;
    readonly janitor: SpoolJanitor;
    readonly keepsake: KeepsakeWriter;
    readonly commits: GroupCommit;
    readonly lateMarks: LateMarks;
  }) {
    this.#database = parts.database;
    this.#sql = parts.sql;
    this.#writer = parts.writer;
    this.#janitor = parts.janitor;
    this.#keepsake = parts.keepsake;
    this.#commits = parts.commits;
    this.#lateMarks = parts.lateMarks;
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
      readRecords(this.#sql, spooler, {
        fromSeq,
        limit: Math.min(limit, storeLimits.recordsPerRead),
        mostBytes: storeLimits.recordBytesPerRead,
      }),
    );
  }

  async storeRecords(batch: RecordBatch): Promise<void> {
    this.#assertOpen();
    const { spooler, records, documents, after, snapshot } = batch;
    const named = snapshot === undefined ? [] : this.#namedIn(spooler, decodeSnapshot(snapshot));
    const changes = [...named, ...records.map(({ change }) => change)];
    const unit = { spooler, term: records.at(-1)?.term ?? after.term, changes, documents };
    await this.#commits.perform(unit, (sql, locations) => applyRecords(sql, batch, locations));
  }

  #namedIn(spooler: string, body: SnapshotBody): readonly Change[] {
    const read = () => [...changesOf(body), ...marksOf(this.#sql, spooler, body)];
    return this.#read('the documents of the group could not be looked up', read);
  }

  async cutTail(spooler: string, seq: number): Promise<void> {
    await this.#perform(spooler, (sql) => cutTail(sql, spooler, seq));
  }

  async advanceSnapshot(spooler: string, step: SnapshotStep): Promise<void> {
    await this.#perform(spooler, (sql) => advanceSnapshot(sql, spooler, step));
  }

  async forgetTail(spooler: string): Promise<void> {
    await this.#perform(spooler, (sql) => forgetTail(sql, spooler));
  }

  async forgetLog(spooler: string): Promise<void> {
    this.#assertOpen();
    await this.#commits.perform({ spooler, term: noTerm, changes: [] }, (sql) => ({
      ...nothingApplied,
      dropped: forgetLog(sql, spooler),
    }));
    this.#keepsake.write();
  }

  async remember(spooler: string, memory: string): Promise<void> {
    await this.#perform(spooler, (sql) => remember(sql, spooler, memory));
  }

  async #perform(spooler: string, work: (sql: Sql) => void): Promise<void> {
    this.#assertOpen();
    await this.#commits.perform({ spooler, term: noTerm, changes: [] }, (sql) => {
      work(sql);
      return nothingApplied;
    });
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
    await this.#lateMarks.settled();
    await this.#janitor.idle();
    await this.#keepsake.idle();
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
