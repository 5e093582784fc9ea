// Brings a database to the newest schema, one transaction per version.
import type { Sql } from './sql.ts';
import { integerOf } from './statements.ts';
import type { MigrationRow } from './migrations/row.ts';

/** The database comes from a newer Platen: nothing is touched, an older program can not read it. */
export class NewerSchemaError extends Error {
  constructor(found: number, known: number) {
    super(
      `the database has schema version ${found}, this Platen knows ${known}: ` +
        'start the newer program',
    );
    this.name = 'NewerSchemaError';
  }
}

/** A power cut leaves the version before or the version after, never something between. */
export function migrate(sql: Sql, rows: readonly MigrationRow[]): void {
  const found = schemaVersion(sql);
  if (found > rows.length) throw new NewerSchemaError(found, rows.length);
  for (const row of rows.slice(found)) {
    try {
      sql.transaction(() => {
        sql.exec(row.sql);
        sql.exec(`PRAGMA user_version = ${row.version}`);
      });
    } catch (error) {
      throw new Error(`migration to schema version ${row.version} (${row.title}) failed`, {
        cause: error,
      });
    }
  }
}

export function schemaVersion(sql: Sql): number {
  const row = sql.get('PRAGMA user_version');
  return row === undefined ? 0 : integerOf(row, 'user_version');
}
