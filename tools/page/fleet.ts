// Fills a data folder with a fleet: many printers with their queues, by the store itself.
import { createHash, randomUUID } from 'node:crypto';
import { newJobId } from '../../firmware/jobs/job-id.ts';
import { defaultSettings } from '../../firmware/printers/settings.ts';
import type { CommitUnit, Store } from '../../firmware/store/contract.ts';
import { openStore } from '../../firmware/store/store.ts';
import { createLinuxDatabases } from '../../hal/linux/databases.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';

const spooler = 'local';
const term = { generation: 0, counter: 0, node: '' };
const at = { ms: 0, trusted: false };
const documentBytes = 64;
const atOnce = 256;

/** The printers are called `printer 0001` and so on, and are paused; jobs go round them. */
export async function fillFleet(folder: string, printers: number, jobs: number): Promise<void> {
  const store = await openStore({
    files: createLinuxFiles(),
    databases: createLinuxDatabases(),
    dataDirectory: folder,
    spoolDirectory: `${folder}/spool`,
  });
  try {
    const ids = Array.from({ length: printers }, () => randomUUID());
    await inTurns(store, ids.map(printerUnit));
    for (let done = 0; done < jobs; done += atOnce) {
      const count = Math.min(atOnce, jobs - done);
      const units = Array.from({ length: count }, (_, index) => {
        const number = done + index;
        return jobUnit(number, ids[number % printers] ?? '');
      });
      await inTurns(store, units);
    }
  } finally {
    await store.close();
  }
}

async function inTurns(store: Store, units: readonly CommitUnit[]): Promise<void> {
  const outcomes = await Promise.all(units.map((unit) => store.commit(unit)));
  for (const outcome of outcomes) {
    if (outcome.kind === 'refused') throw new Error(`not filled: ${outcome.message}`);
  }
}

function printerUnit(id: string, index: number): CommitUnit {
  const printer = {
    id,
    spooler,
    name: `printer ${String(index + 1).padStart(4, '0')}`,
    ...defaultSettings,
    location: `Room ${index + 1}`,
    enabled: false,
    createdAt: at,
    changedAt: at,
  };
  return { spooler, term, changes: [{ type: 'printer.created', payload: { printer } }] };
}

function jobUnit(number: number, printerId: string): CommitUnit {
  const bytes = new Uint8Array(documentBytes);
  new DataView(bytes.buffer).setUint32(0, number);
  const id = newJobId({ wall: () => ({ ...at, ms: number }) }, createLinuxRandom());
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const format = 'application/octet-stream';
  const document = { number: 1, name: '', format, sizeBytes: bytes.length, digest };
  const origin = {
    door: 'ipp' as const,
    userName: `user ${number % 100}`,
    address: '192.0.2.1',
    authenticated: false,
  };
  return {
    spooler,
    term,
    changes: [
      {
        type: 'job.created',
        payload: {
          id,
          printerId,
          name: `job ${number}`,
          origin,
          priority: 50,
          copies: 1,
          hold: false,
          incoming: true,
          attributes: {},
          at,
        },
      },
      { type: 'job.document-added', payload: { jobId: id, document, last: true, at } },
    ],
    documents: [{ jobId: id, number: 1, source: { kind: 'inline', bytes } }],
  };
}
