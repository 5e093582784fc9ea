// The rows that are held in memory while a group of commits works on them, table by table.
import type { SqlValue } from '../../hal/contract.ts';
import type { Printer } from '../printers/printer.ts';
import { storeLimits } from '../limits/store-limits.ts';
import { EventTable } from './event-table.ts';
import { HeldList, HeldTable } from './held-table.ts';
import { type JobRow, loadJob, writeJob } from './job-table.ts';
import { loadLocations, type LocationsRow, writeLocations } from './location-table.ts';
import { insertRecord, loadLog, type LogRow, type RecordRow, writeLog } from './log-table.ts';
import { loadPrinter, unwritable } from './printer-table.ts';
import { loadQueue, type QueueRow, writeQueue } from './queue-table.ts';
import type { Statements } from './statements.ts';

/** Life of a unit: begin, then keep or undo. What was kept is written at last before the commit. */
export class HeldRows {
  /** By job id. */
  readonly jobs: HeldTable<JobRow>;
  /** By job id. */
  readonly locations: HeldTable<LocationsRow>;
  /** By printer id; only read here. */
  readonly printers: HeldTable<Printer>;
  /** By queueKey. */
  readonly queues: HeldTable<QueueRow>;
  /** By spooler. */
  readonly logs: HeldTable<LogRow>;
  readonly records: HeldList<RecordRow>;
  readonly events: EventTable;
  /** Of tables that are read by statements alone. */
  readonly statements: HeldList<{ readonly sql: string; readonly values: readonly SqlValue[] }>;

  constructor(statements: Statements) {
    const remembered = storeLimits.rowsRemembered;
    this.jobs = new HeldTable<JobRow>({
      load: (id) => loadJob(statements, id),
      write: (row) => writeJob(statements, row),
      remembered,
    });
    this.locations = new HeldTable<LocationsRow>({
      load: (jobId) => loadLocations(statements, jobId),
      write: (row) => writeLocations(statements, row),
      remembered,
    });
    this.printers = new HeldTable<Printer>({
      load: (id) => loadPrinter(statements, id),
      write: unwritable,
      remembered,
    });
    this.queues = new HeldTable<QueueRow>({
      load: (key) => loadQueue(statements, key),
      write: (row) => writeQueue(statements, row),
      remembered,
    });
    this.logs = new HeldTable<LogRow>({
      load: (spooler) => loadLog(statements, spooler),
      write: (row) => writeLog(statements, row),
      remembered,
    });
    this.records = new HeldList((row) => insertRecord(statements, row));
    this.events = new EventTable(statements);
    this.statements = new HeldList(({ sql, values }) => void statements.run(sql, ...values));
  }

  get isWaiting(): boolean {
    return this.#tables().some((table) => table.isWaiting);
  }

  begin(): void {
    for (const table of this.#tables()) table.begin();
  }

  keep(): void {
    for (const table of this.#tables()) table.keep();
  }

  undo(): void {
    for (const table of this.#tables()) table.undo();
  }

  /** What units before the one that runs have changed. */
  writeKept(): void {
    for (const table of this.#tables()) table.writeKept();
  }

  write(): void {
    for (const table of this.#tables()) table.write();
  }

  /** The transaction is undone. */
  drop(): void {
    for (const table of this.#tables()) table.drop();
  }

  /** Rows were changed by other ways. */
  forget(): void {
    for (const table of this.#tables()) table.forget();
  }

  #tables() {
    const { jobs, locations, printers, queues, logs, records, events } = this;
    return [jobs, locations, printers, queues, logs, records, events, this.statements] as const;
  }
}
