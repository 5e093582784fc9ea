// Events as rows: a codec for the ring, which forgets the oldest.
import type { SqlRow } from '../../hal/contract.ts';
import type { EventDraft, PlatenEvent } from '../events/event.ts';
import { integerOf, type Sql, textOf } from './sql.ts';

/** Ids only grow, also over restarts: SQLite's AUTOINCREMENT never gives one twice. */
export function insertEvent(sql: Sql, draft: EventDraft): PlatenEvent {
  sql.run('INSERT INTO events (body) VALUES (?)', JSON.stringify(draft));
  const row = sql.get('SELECT last_insert_rowid() AS id');
  return { ...draft, id: row === undefined ? 0 : integerOf(row, 'id') };
}

export function forgetEvents(sql: Sql, newestId: number, keep: number): void {
  sql.run('DELETE FROM events WHERE id <= ?', newestId - keep);
}

/** `row` has the columns id and body. */
export function eventFromRow(row: SqlRow): PlatenEvent {
  // Only insertEvent writes this column.
  const draft: EventDraft = JSON.parse(textOf(row, 'body'));
  return { ...draft, id: integerOf(row, 'id') };
}
