// What a box's disk holds, read from outside by whoever judges.
import type { Job } from '../../../firmware/jobs/job.ts';
import { groupId } from './box-process.ts';
import type { KeptDatabases } from './kept-databases.ts';

export interface StoredRecord {
  readonly seq: number;
  readonly term: string;
  readonly type: string;
  readonly payload: string;
}

export interface BoxReport {
  /** By the name that its client gave it. */
  job(name: string): Job | undefined;
  jobs(): readonly Job[];
  /** Those that have not ended. */
  openJobs(): readonly Job[];
  nameOf(jobId: string): string;
  /** Of a job's documents, as its records say. */
  bytesOf(jobId: string): number;
  printerCount(): number;
  records(): readonly StoredRecord[];
  /** Everything that records make, as text. */
  tables(): string;
}

const byId = 'SELECT body FROM jobs WHERE id = ?';

export function createBoxReport(databases: KeptDatabases): BoxReport {
  const ids = new Map<string, string>();
  const everyName = () => {
    for (const row of databases.all('SELECT id, body FROM jobs WHERE spooler = ?', groupId)) {
      const name = jobIn(row)?.name;
      if (name !== undefined) ids.set(name, String(row['id']));
    }
    return ids;
  };
  const jobIn = (row: Record<string, unknown> | undefined): Job | undefined =>
    row === undefined ? undefined : JSON.parse(String(row['body']));
  return {
    job(name) {
      const id = ids.get(name) ?? everyName().get(name);
      const [row] = id === undefined ? [] : databases.all(byId, id);
      return jobIn(row);
    },
    jobs: () =>
      databases
        .all('SELECT body FROM jobs WHERE spooler = ? ORDER BY number', groupId)
        .flatMap((row) => jobIn(row) ?? []),
    openJobs: () =>
      databases
        .all('SELECT body FROM jobs WHERE spooler = ? AND ended = 0 ORDER BY number', groupId)
        .flatMap((row) => jobIn(row) ?? []),
    nameOf(jobId) {
      const [row] = databases.all(byId, jobId);
      return jobIn(row)?.name ?? jobId;
    },
    bytesOf: (jobId) =>
      databases
        .all('SELECT body FROM documents WHERE job_id = ?', jobId)
        .reduce((sum, row) => sum + Number(JSON.parse(String(row['body'])).sizeBytes), 0),
    printerCount: () => databases.all('SELECT id FROM printers WHERE spooler = ?', groupId).length,
    records: () =>
      databases.all('SELECT * FROM records WHERE spooler = ? ORDER BY seq', groupId).map((row) => ({
        seq: Number(row['seq']),
        term: `${String(row['generation'])}.${String(row['counter'])}.${String(row['node'])}`,
        type: String(row['type']),
        payload: String(row['payload']),
      })),
    tables: () =>
      JSON.stringify(
        [
          'SELECT id, number, printer_id, turn, body FROM jobs WHERE spooler = ? ORDER BY id',
          'SELECT * FROM printers WHERE spooler = ? ORDER BY id',
          'SELECT * FROM registry_keys WHERE spooler = ? ORDER BY path_key',
          'SELECT * FROM registry_values WHERE spooler = ? ORDER BY path_key, folded_name',
          'SELECT * FROM queue_lengths WHERE spooler = ? ORDER BY printer_id',
          'SELECT * FROM lingering WHERE spooler = ? ORDER BY port_name, local_port',
        ].map((sql) => databases.all(sql, groupId).map(inOrder)),
      ),
  };
}

/** A row with the members of its body in one order: two nodes came to it by different ways. */
function inOrder({ body, ...columns }: Record<string, unknown>): unknown {
  if (typeof body !== 'string') return columns;
  const members: Record<string, unknown> = JSON.parse(body);
  return [columns, Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1))];
}
