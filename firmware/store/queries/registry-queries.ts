// Queries of the registry: keys and values under a path, compared without case.
import { foldName } from '../fold.ts';
import type { StoredValue } from '../records/payloads.ts';
import { pathKey } from '../registry-rows.ts';
import { textOf } from '../statements.ts';
import { queryRow } from './row.ts';

export interface RegistryAt {
  readonly spooler: string;
  readonly path: readonly string[];
}

export const registryQueries = {
  'registry.has-key': queryRow(
    (sql, { spooler, path }: RegistryAt): boolean =>
      sql.get(
        'SELECT 1 AS found FROM registry_keys WHERE spooler = ? AND path_key = ?',
        spooler,
        pathKey(path),
      ) !== undefined,
  ),

  /** Names of the keys right below, as they were written. */
  'registry.sub-keys': queryRow((sql, { spooler, path }: RegistryAt): readonly string[] =>
    sql
      .all(
        'SELECT name FROM registry_keys WHERE spooler = ? AND parent_key = ? ORDER BY path_key',
        spooler,
        pathKey(path),
      )
      .map((row) => textOf(row, 'name')),
  ),

  'registry.values': queryRow(
    (
      sql,
      { spooler, path }: RegistryAt,
    ): readonly { readonly name: string; readonly value: StoredValue }[] =>
      sql
        .all(
          `SELECT name, body FROM registry_values
           WHERE spooler = ? AND path_key = ? ORDER BY folded_name`,
          spooler,
          pathKey(path),
        )
        .map((row) => ({ name: textOf(row, 'name'), value: valueOf(textOf(row, 'body')) })),
  ),

  'registry.value': queryRow(
    (
      sql,
      { spooler, path, name }: RegistryAt & { readonly name: string },
    ): StoredValue | undefined => {
      const row = sql.get(
        `SELECT body FROM registry_values
         WHERE spooler = ? AND path_key = ? AND folded_name = ?`,
        spooler,
        pathKey(path),
        foldName(name),
      );
      return row === undefined ? undefined : valueOf(textOf(row, 'body'));
    },
  ),
} as const;

function valueOf(body: string): StoredValue {
  // Only the record that sets values writes this column, from checked payloads.
  return JSON.parse(body);
}
