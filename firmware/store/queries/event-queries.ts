// Queries of the event ring.
import type { PlatenEvent } from '../../events/event.ts';
import { eventFromRow } from '../event-rows.ts';
import { integerOf } from '../statements.ts';
import { queryRow } from './row.ts';

export const eventQueries = {
  /** Events above `afterId`, oldest first; `gap`: some above it are gone from the ring. */
  'events.since': queryRow(
    (
      sql,
      input: { readonly afterId: number; readonly limit: number },
    ): { readonly events: readonly PlatenEvent[]; readonly gap: boolean } => {
      const oldest = sql.get('SELECT coalesce(min(id), 0) AS id FROM events');
      const oldestId = oldest === undefined ? 0 : integerOf(oldest, 'id');
      const events = sql
        .all(
          'SELECT id, body FROM events WHERE id > ? ORDER BY id LIMIT ?',
          input.afterId,
          input.limit,
        )
        .map(eventFromRow);
      return { events, gap: oldestId > input.afterId + 1 };
    },
  ),

  /** The greatest id that was ever given; 0: none. */
  'events.last': queryRow((sql, _input: Readonly<Record<string, never>>): number => {
    const row = sql.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    return row === undefined ? 0 : integerOf(row, 'seq');
  }),
} as const;
