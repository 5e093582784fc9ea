// Queries of the event ring.
import type { PlatenEvent } from '../../events/event.ts';
import { queryRow } from './row.ts';

export const eventQueries = {
  /** Events above `afterId`, oldest first; `gap`: some above it are gone from the ring. */
  'events.since': queryRow(
    (
      _sql,
      _input: { readonly afterId: number; readonly limit: number },
    ): { readonly events: readonly PlatenEvent[]; readonly gap: boolean } => ({
      events: [],
      gap: false,
    }),
  ),
} as const;
