// Queries of the store's own: what the start of this life made of a damaged database, and all
// settings at once.
import { type Keepsake, readKeepsake } from '../keepsake.ts';
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

  /** Printers, registry and job numbers of all spoolers, as a backup keeps them. */
  'store.keepsake': queryRow(
    (sql, _input: Readonly<Record<string, never>>): Keepsake => readKeepsake(sql),
  ),
} as const;
