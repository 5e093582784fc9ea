// Events as rows: a codec for the ring, which forgets the oldest.
import type { SqlRow } from '../../hal/contract.ts';
import type { EventDraft, PlatenEvent } from '../events/event.ts';
import type { Sql } from './sql.ts';
import { integerOf, textOf } from './statements.ts';

export function insertEvent(sql: Sql, draft: EventDraft): PlatenEvent {
  return sql.held.events.add(draft);
}

/** `row` has the columns id and body. */
export function eventFromRow(row: SqlRow): PlatenEvent {
  // Only the event table writes this column.
  const draft: EventDraft = JSON.parse(textOf(row, 'body'));
  return { ...draft, id: integerOf(row, 'id') };
}
