// Statements as the codecs of rows use them: prepared once for each database, and checked reads of
// columns.
import type { SqlDatabase, SqlRow, SqlStatement, SqlValue } from '../../hal/contract.ts';

/** `sql` texts are constants of the source, so they are few. */
export interface Statements {
  /** Resolves to the number of rows that it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number;
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined;
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[];
}

export function prepareStatements(database: Pick<SqlDatabase, 'prepare'>): Statements {
  const statements = new Map<string, SqlStatement>();
  const prepared = (sql: string): SqlStatement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, ...values) => prepared(sql).run(...values).changes,
    get: (sql, ...values) => prepared(sql).get(...values),
    all: (sql, ...values) => prepared(sql).all(...values),
  };
}

/** A column that the schema says is text; anything else means a damaged database. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new DamagedDatabaseError(column);
  return value;
}

/** A column that the schema says is an integer. */
export function integerOf(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new DamagedDatabaseError(column);
  }
  return value;
}

/** The database holds what no record could have put there. */
export class DamagedDatabaseError extends Error {
  constructor(column: string, options?: ErrorOptions) {
    super(`the database is damaged: column ${column} does not hold what it should`, options);
    this.name = 'DamagedDatabaseError';
  }
}
