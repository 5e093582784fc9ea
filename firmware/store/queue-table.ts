// What a printer's queue holds, as a row: kept as numbers because counting 100,000 rows at each
// question would take longer than printing.
import { integerOf, type Statements } from './statements.ts';

/** What a printer's queue holds. */
export interface QueueLoad {
  /** That have not ended. */
  readonly jobs: number;
  /** Of documents in the spool. */
  readonly bytes: number;
}

export interface QueueRow extends QueueLoad {
  readonly spooler: string;
  readonly printerId: string;
}

export function queueKey(spooler: string, printerId: string): string {
  return JSON.stringify([spooler, printerId]);
}

export function loadQueue(statements: Statements, key: string): QueueRow | undefined {
  // queueKey made it.
  const [spooler, printerId]: [string, string] = JSON.parse(key);
  const row = statements.get(
    'SELECT jobs, bytes FROM queue_lengths WHERE spooler = ? AND printer_id = ?',
    spooler,
    printerId,
  );
  if (row === undefined) return undefined;
  return { spooler, printerId, jobs: integerOf(row, 'jobs'), bytes: integerOf(row, 'bytes') };
}

export function writeQueue(statements: Statements, row: QueueRow): QueueRow {
  const { spooler, printerId, jobs, bytes } = row;
  statements.run(
    `INSERT INTO queue_lengths (spooler, printer_id, jobs, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (spooler, printer_id) DO UPDATE SET jobs = excluded.jobs, bytes = excluded.bytes`,
    spooler,
    printerId,
    jobs,
    bytes,
  );
  return row;
}
