// The event ring's rows as they are held: each gets the next id, and the ring forgets the oldest.
import type { EventDraft, PlatenEvent } from '../events/event.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { HeldList } from './held-table.ts';
import { integerOf, type Statements } from './statements.ts';

export class EventTable {
  readonly #statements: Statements;
  readonly #rows: HeldList<{ readonly id: number; readonly body: string }>;
  /** The greatest id, with the unit that runs and without it; undefined: the database knows. */
  #last: number | undefined;
  #lastKept: number | undefined;

  constructor(statements: Statements) {
    this.#statements = statements;
    this.#rows = new HeldList(({ id, body }) => {
      statements.run('INSERT INTO events (id, body) VALUES (?, ?)', id, body);
    });
  }

  get isWaiting(): boolean {
    return this.#rows.isWaiting;
  }

  /** Ids only grow, also over restarts: SQLite's AUTOINCREMENT remembers the greatest. */
  add(draft: EventDraft): PlatenEvent {
    const id = (this.#last ?? this.#greatest()) + 1;
    this.#last = id;
    this.#rows.add({ id, body: JSON.stringify(draft) });
    return { ...draft, id };
  }

  begin(): void {
    this.#rows.begin();
    this.#lastKept = this.#last;
  }

  keep(): void {
    this.#rows.keep();
    this.#lastKept = this.#last;
  }

  undo(): void {
    this.#rows.undo();
    this.#last = this.#lastKept;
  }

  writeKept(): void {
    const writes = this.#rows.isWaiting;
    this.#rows.writeKept();
    if (writes) this.#bound();
  }

  write(): void {
    const writes = this.#rows.isWaiting;
    this.#rows.write();
    if (writes) this.#bound();
  }

  drop(): void {
    this.#rows.drop();
    this.forget();
  }

  forget(): void {
    this.#last = undefined;
    this.#lastKept = undefined;
  }

  #greatest(): number {
    const row = this.#statements.get("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
    return row === undefined ? 0 : integerOf(row, 'seq');
  }

  #bound(): void {
    if (this.#last === undefined) return;
    this.#statements.run('DELETE FROM events WHERE id <= ?', this.#last - spoolLimits.eventRing);
  }
}
