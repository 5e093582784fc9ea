// Rows of one table, by key, that a group of commits reads and writes in memory; written once.

export interface HeldTableOptions<Row> {
  /** The row as the database has it. */
  readonly load: (key: string) => Row | undefined;
  /** Writes it, and answers with the row as the database then has it. */
  readonly write: (row: Row) => Row;
  /** Rows that are remembered after they were written or loaded, at most. */
  readonly remembered: number;
}

/**
 * Three layers over the database: what it is known to hold, what units that were kept changed, and
 * what the unit that runs has changed.
 */
export class HeldTable<Row> {
  readonly #options: HeldTableOptions<Row>;
  readonly #known = new Map<string, Row>();
  readonly #kept = new Map<string, Row>();
  readonly #unit = new Map<string, Row>();
  #inUnit = false;

  constructor(options: HeldTableOptions<Row>) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#kept.size > 0 || this.#unit.size > 0;
  }

  find(key: string): Row | undefined {
    const held = this.#unit.get(key) ?? this.#kept.get(key) ?? this.#known.get(key);
    if (held !== undefined) return held;
    const loaded = this.#options.load(key);
    if (loaded !== undefined) this.#remember(key, loaded);
    return loaded;
  }

  put(key: string, row: Row): void {
    (this.#inUnit ? this.#unit : this.#kept).set(key, row);
  }

  begin(): void {
    this.#inUnit = true;
  }

  keep(): void {
    for (const [key, row] of this.#unit) this.#kept.set(key, row);
    this.undo();
  }

  undo(): void {
    this.#unit.clear();
    this.#inUnit = false;
  }

  writeKept(): void {
    for (const [key, row] of this.#kept) this.#remember(key, this.#options.write(row));
    this.#kept.clear();
  }

  write(): void {
    this.writeKept();
    for (const [key, row] of this.#unit) this.#remember(key, this.#options.write(row));
    this.#unit.clear();
  }

  drop(): void {
    this.#kept.clear();
    this.undo();
  }

  forget(): void {
    this.#known.clear();
  }

  /** The oldest of what is remembered gives way. */
  #remember(key: string, row: Row): void {
    this.#known.delete(key);
    this.#known.set(key, row);
    if (this.#known.size <= this.#options.remembered) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** Rows that are only added, in their order. */
export class HeldList<Row> {
  readonly #insert: (row: Row) => void;
  #kept: Row[] = [];
  #unit: Row[] = [];
  #inUnit = false;

  constructor(insert: (row: Row) => void) {
    this.#insert = insert;
  }

  get isWaiting(): boolean {
    return this.#kept.length > 0 || this.#unit.length > 0;
  }

  add(row: Row): void {
    (this.#inUnit ? this.#unit : this.#kept).push(row);
  }

  begin(): void {
    this.#inUnit = true;
  }

  keep(): void {
    this.#kept.push(...this.#unit);
    this.undo();
  }

  undo(): void {
    this.#unit = [];
    this.#inUnit = false;
  }

  writeKept(): void {
    for (const row of this.#kept) this.#insert(row);
    this.#kept = [];
  }

  write(): void {
    this.writeKept();
    for (const row of this.#unit) this.#insert(row);
    this.#unit = [];
  }

  drop(): void {
    this.#kept = [];
    this.undo();
  }

  forget(): void {
    // Nothing of it is remembered.
  }
}
