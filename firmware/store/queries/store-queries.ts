// Queries of the store's own: what the start of this life made of a damaged database.
import type { RebuildReport } from '../rebuild.ts';
import { textOf } from '../statements.ts';
import { queryRow } from './row.ts';

export const storeQueries = {
  /** Undefined where the database was sound. */
  'store.rebuilt': queryRow(
    (sql, _input: Readonly<Record<string, never>>): RebuildReport | undefined => {
      const row = sql.get('SELECT body FROM rebuilds ORDER BY id DESC LIMIT 1');
      // Only a rebuild writes this column.
      return row === undefined ? undefined : JSON.parse(textOf(row, 'body'));
    },
  ),
} as const;
