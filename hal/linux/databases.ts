// SQLite databases through node:sqlite: plain statements, errors translated; the caller sets its
// pragmas.
import { accessSync, constants } from 'node:fs';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { dirname } from 'node:path';
import type { Databases, Files, SqlDatabase, SqlRow, SqlStatement } from '../contract.ts';
import { HalError, type HalErrorCode, isHalError, toHalError } from '../errors.ts';
import { createLinuxFiles } from './files.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html) that have a code of ours. */
const codeOfResult: ReadonlyMap<number, HalErrorCode> = new Map([
  [3, 'permission-denied'],
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [10, 'io-error'],
  [11, 'damaged'],
  [13, 'no-space'],
  [14, 'not-found'],
  [26, 'damaged'],
]);

export function createLinuxDatabases(): Databases {
  return {
    open(path) {
      const open = () => {
        // SQLite would fall back to reading, and fail later with words that name no cause.
        accessSync(dirname(path), constants.W_OK);
        return new DatabaseSync(path);
      };
      return createDatabase(translated(path, open), path);
    },
    async setAside(path, to) {
      const files = createLinuxFiles();
      for (const suffix of sqliteSuffixes) await moveIfThere(files, path + suffix, to + suffix);
      await files.syncDirectory(dirname(to));
    },
  };
}

/** The write-ahead log belongs to the database: without it, or beside another one, it is wrong. */
const sqliteSuffixes = ['-wal', '-shm', '-journal', ''] as const;

async function moveIfThere(files: Files, from: string, to: string): Promise<void> {
  try {
    await files.rename(from, to);
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
  }
}

function createDatabase(database: DatabaseSync, path: string): SqlDatabase {
  return {
    exec: (sql) => translated(path, () => database.exec(sql)),
    prepare: (sql) =>
      createStatement(
        translated(path, () => database.prepare(sql)),
        path,
      ),
    close: () => translated(path, () => database.close()),
  };
}

function createStatement(statement: StatementSync, path: string): SqlStatement {
  return {
    run: (...values) =>
      translated(path, () => {
        const { changes, lastInsertRowid } = statement.run(...values);
        return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
      }),
    get: (...values) =>
      translated(path, () => {
        const row = statement.get(...values);
        return row === undefined ? undefined : checkedRow(row, path);
      }),
    all: (...values) =>
      translated(path, () => statement.all(...values).map((row) => checkedRow(row, path))),
  };
}

function checkedRow(row: Record<string, SQLOutputValue>, path: string): SqlRow {
  if (isSqlRow(row)) return row;
  throw new HalError('other', path, { detail: 'gave a whole number above 2^53' });
}

function isSqlRow(
  row: Record<string, SQLOutputValue>,
): row is Record<string, SQLOutputValue> & SqlRow {
  return Object.values(row).every((value) => typeof value !== 'bigint');
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(error, path);
  }
}

function databaseError(error: unknown, path: string): HalError {
  const result = resultOf(error);
  if (result === undefined || !(error instanceof Error)) return toHalError(error, path);
  // Extended codes carry the primary one in their low byte.
  const code = codeOfResult.get(result & 0xff) ?? 'other';
  return new HalError(code, path, { cause: error, detail: `SQLite ${result}: ${error.message}` });
}

function resultOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
