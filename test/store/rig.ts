// What store tests share: a simulated disk with store and spool on it, and units as spooler and
// intake make them.
import { createHash } from 'node:crypto';
import type { Databases, Files } from '../../hal/contract.ts';
import type { Refusal } from '../../firmware/errors/codes.ts';
import type { Job, JobDocument, Moment } from '../../firmware/jobs/job.ts';
import type { Printer } from '../../firmware/printers/printer.ts';
import { defaultSettings } from '../../firmware/printers/settings.ts';
import { createSpool, type Spool, type SpoolOptions } from '../../firmware/spool/spool.ts';
import type { SpoolHeaderDraft } from '../../firmware/spool/header.ts';
import type { CommitOutcome, CommitUnit, Store, Term } from '../../firmware/store/contract.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { openStore } from '../../firmware/store/store.ts';
import { SeededRandom } from '../world/random.ts';
import { SimulatedDisk } from '../world/disk.ts';

export const spooler = 'local';
export const term: Term = { generation: 0, counter: 1, node: 'node-a' };
export const at: Moment = { ms: 1_000, trusted: true };
export const places = { data: '/data', spool: '/data/spool' } as const;

export interface Rig {
  readonly disk: SimulatedDisk;
  readonly files: Files;
  readonly store: Store;
  readonly spool: Spool;
  /** Closes the store and opens it again, as a restart does. */
  readonly reopened: () => Promise<Rig>;
}

export interface RigOptions {
  readonly disk?: SimulatedDisk;
  readonly seed?: number;
  readonly wrapFiles?: (files: Files) => Files;
  readonly wrapDatabases?: (databases: Databases) => Databases;
  readonly limits?: SpoolOptions['limits'];
  readonly segmentBytes?: number;
}

export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const seed = options.seed ?? 1;
  const disk = options.disk ?? new SimulatedDisk({ seed });
  const mounted = disk.mount();
  const files = options.wrapFiles?.(mounted.files) ?? mounted.files;
  const databases = options.wrapDatabases?.(mounted.databases) ?? mounted.databases;
  const store = await openStore({
    files,
    databases,
    dataDirectory: places.data,
    spoolDirectory: places.spool,
    ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
  });
  const spool = createSpool({
    files,
    random: new SeededRandom(seed + disk.operations),
    clock: { monotonicMs: () => 0 },
    directory: places.spool,
    limits: { reserveBytes: 0, ...options.limits },
  });
  await spool.prepare();
  return {
    disk,
    files,
    store,
    spool,
    async reopened() {
      await store.close();
      return openRig({ ...options, disk });
    },
  };
}

export function printer(id = 'printer-1', name = 'Office'): Printer {
  return {
    id,
    spooler,
    name,
    ...defaultSettings,
    createdAt: at,
    changedAt: at,
  };
}

export function jobCreated(
  id: string,
  more: Partial<Extract<Change, { type: 'job.created' }>['payload']> = {},
): Change {
  return {
    type: 'job.created',
    payload: {
      id,
      printerId: 'printer-1',
      name: `job ${id}`,
      origin: { door: 'raw', userName: 'ann', address: '192.0.2.1', authenticated: false },
      priority: 50,
      copies: 1,
      hold: false,
      incoming: true,
      attributes: {},
      at,
      ...more,
    },
  };
}

export function documentAdded(jobId: string, document: JobDocument, last = true): Change {
  return { type: 'job.document-added', payload: { jobId, document, last, at } };
}

export function documentOf(bytes: Uint8Array, number = 1): JobDocument {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const format = 'application/octet-stream';
  return { number, name: 'a document', format, sizeBytes: bytes.length, digest };
}

export function unit(...changes: readonly Change[]): CommitUnit {
  return { spooler, term, changes };
}

/** A job with one small document, accepted in one unit. */
export function jobUnit(
  id: string,
  bytes: Uint8Array = Buffer.from(`document of ${id}`),
  more: Parameters<typeof jobCreated>[1] = {},
): CommitUnit {
  return {
    ...unit(jobCreated(id, more), documentAdded(id, documentOf(bytes))),
    documents: [{ jobId: id, number: 1, source: { kind: 'inline', bytes } }],
  };
}

/** A queue entry without a document, for tests of queues. */
export function bareJobUnit(id: string, more: Parameters<typeof jobCreated>[1] = {}): CommitUnit {
  return unit(jobCreated(id, { incoming: false, ...more }));
}

export const started = (jobId: string): Change => ({
  type: 'job.started',
  payload: { jobId, portName: 'port-1', localPort: 1_023, at },
});

export const ended = (
  jobId: string,
  state: 'completed' | 'aborted' | 'canceled' = 'completed',
): Change => ({
  type: 'job.ended',
  payload: {
    jobId,
    state,
    ...(state === 'completed' ? { outcome: 'sent' as const } : {}),
    reasons: ['job-completed-successfully'],
    message: '',
    at,
  },
});

export function headerDraft(jobId: string): SpoolHeaderDraft {
  return {
    spooler,
    printer: { id: 'printer-1', name: 'Office' },
    job: {
      id: jobId,
      name: `job ${jobId}`,
      origin: { door: 'raw', userName: 'ann', address: '192.0.2.1', authenticated: false },
      priority: 50,
      copies: 1,
      hold: false,
      attributes: {},
    },
    document: { number: 1, name: 'a document', format: 'application/octet-stream' },
    last: true,
    at,
  };
}

/** Receives and commits, as intake does. */
export async function acceptDocument(
  rig: Pick<Rig, 'spool' | 'store'>,
  jobId: string,
  bytes: Uint8Array,
): Promise<CommitOutcome> {
  const received = await rig.spool.receive(chunksOf(bytes), { header: headerDraft(jobId) });
  if (received.kind === 'refused') return received;
  const outcome = await rig.store.commit({
    ...unit(jobCreated(jobId), documentAdded(jobId, received.document)),
    documents: [{ jobId, number: 1, source: received.source }],
  });
  if (outcome.kind === 'committed') received.keep();
  else await received.discard();
  return outcome;
}

export async function* chunksOf(bytes: Uint8Array, chunkBytes = 1_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    yield bytes.subarray(from, from + chunkBytes);
  }
}

/** The outcome of a unit that the test expects to go through. */
export function committed(outcome: CommitOutcome): Extract<CommitOutcome, { kind: 'committed' }> {
  if (outcome.kind === 'committed') return outcome;
  throw new Error(`refused: ${outcome.code}: ${outcome.message}`);
}

export function refusal(outcome: CommitOutcome): Refusal {
  if (outcome.kind === 'refused') return outcome;
  throw new Error('it was committed');
}

export function firstJob(outcome: CommitOutcome): Job {
  const [job] = committed(outcome).jobs;
  if (job === undefined) throw new Error('no job was touched');
  return job;
}

export async function readDocument(rig: Rig, jobId: string, number = 1): Promise<Buffer> {
  const location = await rig.store.query('documents.locate', { jobId, number });
  if (location === undefined) throw new Error(`document ${number} of ${jobId} is nowhere`);
  const reader = await rig.spool.open(location);
  const pieces: Uint8Array[] = [];
  for (let done = 0; done < reader.sizeBytes; ) {
    const piece = await reader.read(done, 64 * 1024);
    pieces.push(piece);
    done += piece.length;
  }
  await reader.close();
  return Buffer.concat(pieces);
}
