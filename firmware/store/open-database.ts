// Opens the database: checked, brought up to date, and built anew where it is damaged or gone.
import type { SqlDatabase } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { storeLimits } from '../limits/store-limits.ts';
import { type SpoolPlaces, spoolPlaces } from '../spool/places.ts';
import { scanSpool } from '../spool/scan.ts';
import { loadKeepsake } from './keepsake.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { migrations } from './migrations/table.ts';
import { rebuild } from './rebuild.ts';
import { documentsWithMarks, replayJournal } from './replay.ts';
import { createSql, type Sql } from './sql.ts';
import { DamagedDatabaseError } from './statements.ts';
import type { StoreOptions } from './store.ts';

const databaseName = 'platen.db';
const asidePattern = /^platen\.db\.damaged-(\d{1,9})$/;

interface OpenDatabase {
  readonly database: SqlDatabase;
  readonly sql: Sql;
}

/** What the spool's journal told besides is in it. */
export interface ReplayedDatabase extends OpenDatabase {
  readonly replayed: Awaited<ReturnType<typeof replayJournal>>;
}

export function keepsakePath(dataDirectory: string): string {
  return `${dataDirectory}/keepsake.json`;
}

export async function openDatabase(
  options: StoreOptions,
  lastSegment: number,
): Promise<ReplayedDatabase> {
  const { files } = options;
  const places = await placesOf(options);
  const opened = await openOrBuild(options);
  const replay = async ({ database, sql }: OpenDatabase): Promise<ReplayedDatabase> => {
    try {
      return { database, sql, replayed: await replayJournal({ files, places, sql, lastSegment }) };
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return await replay(opened);
  } catch (error) {
    if (!(error instanceof DamagedDatabaseError)) throw error;
    const path = `${options.dataDirectory}/${databaseName}`;
    const aside = await setAside(options, path);
    return await replay(await buildAnew(options, { path, why: error.message, aside }));
  }
}

async function openOrBuild(options: StoreOptions): Promise<OpenDatabase> {
  const path = `${options.dataDirectory}/${databaseName}`;
  const checked = openChecked(options, path);
  if (checked.kind === 'sound') {
    const { sql } = checked;
    if (!checked.isNew || !(await holdsSomething(options))) {
      migrate(sql, migrations);
      // A disk without room takes no write, not even one that changes nothing.
      if (sql.get('SELECT 1 FROM rebuilds') !== undefined) sql.run('DELETE FROM rebuilds');
      return checked;
    }
    checked.database.close();
  }
  const why = checked.kind === 'damaged' ? checked.why : 'the database was gone';
  const aside = await setAside(options, path);
  return await buildAnew(options, { path, why, aside });
}

type Checked =
  | ({ readonly kind: 'sound'; readonly isNew: boolean } & OpenDatabase)
  | { readonly kind: 'damaged'; readonly why: string };

function openChecked({ databases }: StoreOptions, path: string): Checked {
  let database: SqlDatabase | undefined;
  try {
    database = databases.open(path);
    const sql = createSql(database);
    prepareDatabase(sql);
    return { kind: 'sound', isNew: schemaVersion(sql) === 0, database, sql };
  } catch (error) {
    database?.close();
    const isDamaged = isHalError(error, 'damaged') || error instanceof DamagedDatabaseError;
    if (!isDamaged) throw error;
    return { kind: 'damaged', why: error.message };
  }
}

function prepareDatabase(sql: Sql): void {
  // One connection, so no index of the log in shared memory: a disk without room for it would keep
  // a sound database from being opened.
  sql.exec('PRAGMA locking_mode = EXCLUSIVE');
  sql.exec('PRAGMA journal_mode = WAL');
  sql.exec('PRAGMA synchronous = FULL');
  sql.exec(`PRAGMA journal_size_limit = ${storeLimits.walBytes}`);
  // The pages at the ends of indexes change with each commit, and go to the database once.
  sql.exec(`PRAGMA wal_autocheckpoint = ${storeLimits.walPages}`);
  // A write-ahead log whose fsync once failed may be in memory only, though it reads as whole: what
  // it holds goes into the database, synced, before anything is built upon it.
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  if (sql.get('PRAGMA quick_check(1)')?.['quick_check'] !== 'ok') {
    throw new DamagedDatabaseError('of quick_check');
  }
}

/** A keepsake, or a document: this is no first start. */
async function holdsSomething(options: StoreOptions): Promise<boolean> {
  const { files, dataDirectory } = options;
  if ((await loadKeepsake(files, keepsakePath(dataDirectory))) !== undefined) return true;
  const places = await placesOf(options);
  const first = await scanSpool({ files, places, chunkBytes: spoolLimits.chunkBytes }).next();
  return first.done !== true;
}

async function placesOf({ files, spoolDirectory }: StoreOptions): Promise<SpoolPlaces> {
  const places = spoolPlaces(spoolDirectory);
  await files.makeDirectory(places.documents);
  return places;
}

/** Under the first free number; the oldest ones go. */
async function setAside(options: StoreOptions, path: string): Promise<string> {
  const { files, databases, dataDirectory } = options;
  const numbers = (await files.list(dataDirectory))
    .flatMap(({ name }) => asidePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
  for (const number of numbers.slice(0, -storeLimits.setAsideKept)) {
    for (const suffix of ['', '-wal', '-shm']) {
      await files.remove(`${path}.damaged-${number}${suffix}`);
    }
  }
  const name = `${path}.damaged-${(numbers.at(-1) ?? 0) + 1}`;
  await databases.setAside(path, name);
  return name;
}

/**
 * Under another name until it is whole: a cut in between leaves no database, and the next start
 * begins anew.
 */
async function buildAnew(
  options: StoreOptions,
  { path, why, aside }: { readonly path: string; readonly why: string; readonly aside: string },
): Promise<OpenDatabase> {
  const { files, databases, dataDirectory } = options;
  const building = `${path}.new`;
  await databases.setAside(building, `${building}.left`);
  await files.remove(`${building}.left`);
  const database = databases.open(building);
  try {
    const sql = createSql(database);
    prepareDatabase(sql);
    migrate(sql, migrations);
    const keepsake = await loadKeepsake(files, keepsakePath(dataDirectory));
    const documents = documentsWithMarks({ files, places: await placesOf(options) });
    await rebuild({ sql, keepsake, documents, why, setAside: aside });
    sql.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
  await databases.setAside(building, path);
  const built = openChecked(options, path);
  if (built.kind === 'sound') return built;
  throw new DamagedDatabaseError(`of the new database: ${built.why}`);
}
