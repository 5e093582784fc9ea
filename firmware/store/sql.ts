// SQL as records and queries use it: statements that see what is held back, units that can be
// undone, transactions.
import type { SqlDatabase, SqlRow, SqlValue } from '../../hal/contract.ts';
import { HeldRows } from './held-rows.ts';
import { prepareStatements, type Statements } from './statements.ts';

/**
 * Rows that many records of a group read and write are held in memory, and written once before the
 * commit. Every statement here sees them all the same: they are written before it runs, and what is
 * remembered is forgotten after one that changes rows.
 */
export interface Sql extends Statements {
  /** Schema and pragmas. */
  exec(sql: string): void;
  /**
   * All of it or none; what `work` throws is thrown on. Durable once it returns, unless it is
   * `unsynced`: then a power cut may undo it, with what came after it and nothing before.
   */
  transaction<T>(work: () => T, durability?: 'synced' | 'unsynced'): T;
  /** Within a transaction: as if it had not been, where it throws or `undoes` its result. */
  unit<T>(work: () => T, undoes: (result: T) => boolean): T;
  /** The rows that are held. */
  readonly held: HeldRows;
  /** Runs with what is held, in its order, and is undone with it. */
  later(sql: string, ...values: readonly SqlValue[]): void;
}

export function createSql(database: SqlDatabase): Sql {
  return new HeldSql(database);
}

class HeldSql implements Sql {
  readonly held: HeldRows;
  readonly #database: SqlDatabase;
  readonly #statements: Statements;
  #unit: 'none' | 'held' | 'savepoint' = 'none';

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.held = new HeldRows(this.#statements);
  }

  exec(sql: string): void {
    this.#settle(true);
    this.#database.exec(sql);
    this.held.forget();
  }

  run(sql: string, ...values: readonly SqlValue[]): number {
    this.#settle(true);
    const changes = this.#statements.run(sql, ...values);
    this.held.forget();
    return changes;
  }

  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    this.#settle(false);
    return this.#statements.get(sql, ...values);
  }

  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    this.#settle(false);
    return this.#statements.all(sql, ...values);
  }

  later(sql: string, ...values: readonly SqlValue[]): void {
    this.held.statements.add({ sql, values });
  }

  transaction<T>(work: () => T, durability: 'synced' | 'unsynced' = 'synced'): T {
    if (durability === 'synced') return this.#transaction(work);
    // sqlite.org/pragma.html#pragma_synchronous: in WAL mode consistent all the same.
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  #transaction<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.held.write();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.held.drop();
      this.held.forget();
      this.#rollBack();
      throw error;
    }
  }

  unit<T>(work: () => T, undoes: (result: T) => boolean): T {
    this.#unit = 'held';
    this.held.begin();
    try {
      const result = work();
      if (undoes(result)) this.#undo();
      else this.#keep();
      return result;
    } catch (error) {
      this.#undo();
      throw error;
    } finally {
      this.#unit = 'none';
    }
  }

  #keep(): void {
    if (this.#unit === 'savepoint') {
      this.held.write();
      this.#database.exec('RELEASE unit');
    }
    this.held.keep();
  }

  #undo(): void {
    this.held.undo();
    if (this.#unit !== 'savepoint') return;
    this.held.forget();
    this.#database.exec('ROLLBACK TO unit');
    this.#database.exec('RELEASE unit');
  }

  /** A statement of its own sees and changes the tables: what is held goes there first. */
  #settle(changes: boolean): void {
    if (this.#unit === 'held' && (changes || this.held.isWaiting)) {
      this.held.writeKept();
      this.#database.exec('SAVEPOINT unit');
      this.#unit = 'savepoint';
    }
    this.held.write();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite rolls back by itself on some errors, and then says that there is no transaction.
    }
  }
}
