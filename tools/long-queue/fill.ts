// Fills a data folder with a queue of jobs, by the store itself: each as durable as any other.

import { createHash } from 'node:crypto';

import { newJobId } from '../../firmware/jobs/job-id.ts';
import { defaultSettings } from '../../firmware/printers/settings.ts';
import type { CommitUnit } from '../../firmware/store/contract.ts';
import { openStore } from '../../firmware/store/store.ts';
import { createLinuxDatabases } from '../../hal/linux/databases.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';

const SPOOLER = 'local';
const DOCUMENT_BYTES = 1024;
const AT_ONCE = 256;

/** The printer that has the jobs; it is stopped. */
export const PRINTER = 'long';

const printerId = 'long-queue-printer';
const at = { ms: 0, trusted: false };
/** Older than that of any appliance. */
const term = { generation: 0, counter: 0, node: '' };

export async function fillQueue(folder: string, jobs: number): Promise<void> {
  const store = await openStore({
    files: createLinuxFiles(),
    databases: createLinuxDatabases(),
    dataDirectory: folder,
    spoolDirectory: `${folder}/spool`,
  });
  try {
    await committed(store.commit(printerUnit()));
    for (let done = 0; done < jobs; done += AT_ONCE) {
      const count = Math.min(AT_ONCE, jobs - done);
      const units = Array.from({ length: count }, (_, index) => jobUnit(done + index));
      await Promise.all(units.map((unit) => committed(store.commit(unit))));
    }
  } finally {
    await store.close();
  }
}

async function committed(outcome: ReturnType<Awaited<ReturnType<typeof openStore>>['commit']>) {
  const result = await outcome;
  if (result.kind === 'refused') throw new Error(`the queue was not filled: ${result.message}`);
}

function printerUnit(): CommitUnit {
  const printer = {
    id: printerId,
    spooler: SPOOLER,
    name: PRINTER,
    ...defaultSettings,
    enabled: false,
    createdAt: at,
    changedAt: at,
  };
  return { spooler: SPOOLER, term, changes: [{ type: 'printer.created', payload: { printer } }] };
}

function jobUnit(number: number): CommitUnit {
  const bytes = new Uint8Array(DOCUMENT_BYTES);
  new DataView(bytes.buffer).setUint32(0, number);
  const id = newJobId({ wall: () => ({ ...at, ms: number }) }, createLinuxRandom());
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    spooler: SPOOLER,
    term,
    changes: [
      {
        type: 'job.created',
        payload: {
          id,
          printerId,
          name: `job ${number}`,
          origin: {
            door: 'ipp',
            userName: `user ${number % 100}`,
            address: '192.0.2.1',
            authenticated: false,
          },
          priority: 50,
          copies: 1,
          hold: false,
          incoming: true,
          attributes: {},
          at,
        },
      },
      {
        type: 'job.document-added',
        payload: {
          jobId: id,
          document: {
            number: 1,
            name: '',
            format: 'application/octet-stream',
            sizeBytes: bytes.length,
            digest,
          },
          last: true,
          at,
        },
      },
    ],
    documents: [{ jobId: id, number: 1, source: { kind: 'inline', bytes } }],
  };
}
