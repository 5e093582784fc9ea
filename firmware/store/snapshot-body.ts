// The body of a snapshot: the rows that a log's records made, as text, so that the log can begin
// with it in their place, here and on a peer that has none of them.
import { z } from 'zod';
import type { SqlValue } from '../../hal/contract.ts';
import { jobReasons, jobStates } from '../jobs/job.ts';
import { findLastJobNumber } from './log-rows.ts';
import { fileFromStored } from './printer-data-rows.ts';
import {
  attributesSchema,
  documentSchema,
  holdSchema,
  idSchema,
  momentSchema,
  originSchema,
  printerSchema,
  storedValueSchema,
} from './records/payloads.ts';
import type { Change } from './records/table.ts';
import { pathSeparator } from './registry-rows.ts';
import type { Sql } from './sql.ts';
import { textOf } from './statements.ts';

/**
 * Grows with the tables that records make; a release reads its own and those before, whose rows
 * lack what came later.
 */
export const snapshotFormat = 1;

const jobSchema = z.object({
  id: idSchema,
  spooler: z.string(),
  number: z.int(),
  printerId: idSchema,
  name: z.string(),
  origin: originSchema,
  state: z.enum(jobStates),
  reasons: z.array(z.enum(jobReasons)),
  hold: holdSchema.exactOptional(),
  message: z.string(),
  priority: z.int(),
  copies: z.int(),
  incoming: z.boolean(),
  attempts: z.int(),
  possiblyPrintedTwice: z.boolean(),
  outcome: z.enum(['printed', 'sent']).exactOptional(),
  pages: z.int().exactOptional(),
  retained: z.boolean().exactOptional(),
  reprintOf: idSchema.exactOptional(),
  createdAt: momentSchema,
  processingAt: momentSchema.exactOptional(),
  endedAt: momentSchema.exactOptional(),
  attributes: attributesSchema,
});

/** Text that is JSON of this shape; the text itself is what a row holds. */
function jsonOf(schema: z.ZodType) {
  return z.string().refine((text) => schema.safeParse(parsed(text)).success);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const integer = z.int();
const columns = {
  printers: { id: idSchema, folded_name: z.string(), body: jsonOf(printerSchema) },
  jobs: {
    id: idSchema,
    number: integer,
    printer_id: idSchema,
    user_name: z.string(),
    ended: integer,
    ended_seq: integer.nullable(),
    turn: integer,
    port_name: z.string().nullable(),
    local_port: integer.nullable(),
    body: jsonOf(jobSchema),
    hold_until_ms: integer.nullable(),
    retained: integer,
    ended_ms: integer.nullable(),
    document_bytes: integer,
  },
  queue_lengths: { printer_id: idSchema, jobs: integer, bytes: integer },
  registry_keys: { path_key: z.string(), parent_key: z.string(), name: z.string() },
  registry_values: {
    path_key: z.string(),
    folded_name: z.string(),
    name: z.string(),
    body: jsonOf(storedValueSchema),
  },
  lingering: { port_name: z.string(), local_port: integer, seq: integer },
} as const;

type Table = keyof typeof columns;

/** The tables that records make beside documents, which are found by their jobs. */
export const madeFromRecords: readonly Table[] = [
  'printers',
  'jobs',
  'queue_lengths',
  'registry_keys',
  'registry_values',
  'lingering',
];

const bodySchema = z.object({
  lastJobNumber: integer.min(0),
  rows: z.object({
    printers: z.array(z.object(columns.printers)),
    jobs: z.array(z.object(columns.jobs)),
    queue_lengths: z.array(z.object(columns.queue_lengths)),
    registry_keys: z.array(z.object(columns.registry_keys)),
    registry_values: z.array(z.object(columns.registry_values)),
    lingering: z.array(z.object(columns.lingering)),
  }),
  documents: z.array(
    z.object({ job_id: idSchema, number: integer.min(1), body: jsonOf(documentSchema) }),
  ),
});

export type SnapshotBody = z.output<typeof bodySchema>;

/** What the tables hold of this spooler now. */
export function encodeSnapshot(sql: Sql, spooler: string): string {
  const rowsOf = (table: Table) =>
    sql.all(
      `SELECT ${Object.keys(columns[table]).join(', ')} FROM ${table} WHERE spooler = ?`,
      spooler,
    );
  return JSON.stringify({
    lastJobNumber: findLastJobNumber(sql, spooler),
    rows: Object.fromEntries(madeFromRecords.map((table) => [table, rowsOf(table)])),
    documents: sql.all(
      `SELECT job_id, number, body FROM documents
       WHERE job_id IN (SELECT id FROM jobs WHERE spooler = ?)`,
      spooler,
    ),
  });
}

/** Throws where it is none: it may come from a peer. */
export function decodeSnapshot(text: string): SnapshotBody {
  return bodySchema.parse(JSON.parse(text));
}

/** What is in the tables is what the body says. Throws where a row has a place already. */
export function insertSnapshot(sql: Sql, spooler: string, body: SnapshotBody): void {
  for (const table of madeFromRecords) {
    for (const row of body.rows[table]) insertRow(sql, table, { spooler, ...row });
  }
  for (const row of body.documents) insertRow(sql, 'documents', row);
}

function insertRow(sql: Sql, table: Table | 'documents', row: Record<string, SqlValue>): void {
  const names = Object.keys(row);
  const marks = names.map(() => '?').join(', ');
  // Ignored and not refused by SQLite, so that a peer's fault does not look like the disk's.
  const added = sql.run(
    `INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${marks})`,
    ...Object.values(row),
  );
  if (added !== 1) throw new Error(`a row of ${table} is there twice`);
}

/** Of a spooler; a person's or another group's printers and jobs are not in it. */
export function isOfSpooler({ rows, documents }: SnapshotBody, spooler: string): boolean {
  const jobs = new Set(rows.jobs.map(({ id }) => id));
  const bodies = [...rows.printers, ...rows.jobs];
  return (
    bodies.every(({ id, body }) => {
      const said: { readonly id: unknown; readonly spooler: unknown } = JSON.parse(body);
      return said.id === id && said.spooler === spooler;
    }) && documents.every(({ job_id }) => jobs.has(job_id))
  );
}

/** Jobs whose bytes a node keeps: they have not ended, or were retained. */
export function keptJobs({ rows }: SnapshotBody): ReadonlySet<string> {
  return new Set(
    rows.jobs.filter(({ ended, retained }) => ended === 0 || retained === 1).map(({ id }) => id),
  );
}

/**
 * Changes that name the documents and the files' contents that come with the snapshot, and what it
 * says of the group itself: whoever looks for these in records finds them.
 */
export function changesOf(body: SnapshotBody): readonly Change[] {
  return [...documentsOf(body), ...filesOf(body), ...wishesOf(body)];
}

function documentsOf(body: SnapshotBody): readonly Change[] {
  const kept = keptJobs(body);
  const jobs = body.rows.jobs.filter(({ id }) => kept.has(id)).map(createdOf);
  const documents = body.documents.filter(({ job_id }) => kept.has(job_id));
  const jobOf = new Map(jobs.map(({ payload }) => [payload.id, payload]));
  const lastOf = lastNumbers(documents);
  return [
    ...jobs,
    ...documents.map(({ job_id: jobId, number, body: text }): Change => {
      const document = documentSchema.parse(JSON.parse(text));
      const job = jobOf.get(jobId);
      // Headers in the spool say so: a database that is built anew from them must not take a job
      // that is whole for one whose upload broke off.
      const last = job?.incoming === false && lastOf.get(jobId) === number;
      const at = job?.at ?? { ms: 0, trusted: false };
      return { type: 'job.document-added', payload: { jobId, document, last, at } };
    }),
  ];
}

function lastNumbers(documents: SnapshotBody['documents']): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const { job_id: id, number } of documents) {
    last.set(id, Math.max(number, last.get(id) ?? 0));
  }
  return last;
}

/**
 * What the spool has to be told of documents that are here: their jobs began or ended in the
 * records that the snapshot stands for, so that no database built anew prints them again.
 */
export function marksOf(sql: Sql, spooler: string, body: SnapshotBody): readonly Change[] {
  const kept = keptJobs(body);
  const at = { ms: 0, trusted: false };
  const begun = new Set(
    body.rows.jobs.flatMap(({ id, body: text }) =>
      jobSchema.parse(JSON.parse(text)).attempts > 0 ? [id] : [],
    ),
  );
  const rows = sql.all(
    `SELECT DISTINCT job_id FROM locations
     WHERE job_id IN (SELECT id FROM jobs WHERE spooler = ?)`,
    spooler,
  );
  return rows.flatMap((row): readonly Change[] => {
    const jobId = textOf(row, 'job_id');
    if (!kept.has(jobId)) {
      const payload = { jobId, state: 'completed', reasons: [], message: '', at } as const;
      return [{ type: 'job.ended', payload }];
    }
    if (!begun.has(jobId)) return [];
    return [{ type: 'job.started', payload: { jobId, portName: '', at } }];
  });
}

/** As headers of documents need it. */
function createdOf(
  row: SnapshotBody['rows']['jobs'][number],
): Extract<Change, { type: 'job.created' }> {
  const job = jobSchema.parse(JSON.parse(row.body));
  const { id, printerId, name, origin, priority, copies, attributes, createdAt: at } = job;
  const hold = job.state === 'pending-held';
  return {
    type: 'job.created',
    payload: {
      id,
      printerId,
      name,
      origin,
      priority,
      copies,
      hold,
      ...(hold && job.hold !== undefined ? { holdUntil: job.hold } : {}),
      incoming: job.incoming,
      attributes,
      at,
    },
  };
}

function filesOf({ rows }: SnapshotBody): readonly Change[] {
  return rows.registry_values.flatMap(({ path_key: key, body }): readonly Change[] => {
    const [root, id = '', place, ...deeper] = key.split(pathSeparator);
    if (root !== 'printers' || place !== 'files' || deeper.length > 0) return [];
    const file = fileFromStored(storedValueSchema.parse(JSON.parse(body)));
    if (file === undefined) return [];
    return [{ type: 'printer.file-put', payload: { id, module: '', file } }];
  });
}

function wishesOf({ rows }: SnapshotBody): readonly Change[] {
  const keys = rows.registry_keys.filter(({ parent_key: parent }) => parent === '');
  return keys.map(
    ({ path_key: key, name }): Change => ({
      type: 'registry.values-set',
      payload: {
        path: [name],
        values: rows.registry_values
          .filter(({ path_key: of }) => of === key)
          .map((value) => ({
            name: value.name,
            value: storedValueSchema.parse(JSON.parse(value.body)),
          })),
      },
    }),
  );
}
