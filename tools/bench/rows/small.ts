// Small durable jobs: 4 KiB each, as labels and receipts are, by lp through Platen and cupsd.

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cpuTimeMs } from '../cpu-time.ts';
import type { BenchRow, Measured } from '../row.ts';
import {
  arrivalTimeoutMs,
  makeDocuments,
  perSecond,
  type ServedRound,
  servers,
} from '../served.ts';
import { digestOf, openSink, type Sink } from '../sink.ts';

const DOCUMENT_BYTES = 4096;
const JOBS = 60;
const AT_ONCE = 4;

export const smallRows: readonly BenchRow[] = [
  {
    name: 'small/lp',
    what: `${JOBS} jobs of 4 KiB by lp, ${AT_ONCE} at once, until the last is at the printer`,
    unit: 'jobs/s',
    peers: servers({ paused: false, openSink, round: lpRound }),
  },
];

async function lpRound({ server, sink, folder, seed }: ServedRound<Sink>): Promise<Measured> {
  const documents = makeDocuments(seed, JOBS, DOCUMENT_BYTES);
  const files = documents.map((_, index) => join(folder, `${index}`));
  for (const [index, document] of documents.entries()) {
    await writeFile(files[index] ?? '', document);
  }
  const target = ['-h', `127.0.0.1:${server.port}`, '-d', server.queue, '-o', 'raw'];
  // Neither options nor servers of whoever runs the bench.
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  const waiting = [...files];
  const cpuMs = await cpuTimeMs(server.pid);
  const startMs = performance.now();
  const arrival = sink.waitFor(documents.map(digestOf), arrivalTimeoutMs);
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await promisify(execFile)('lp', [...target, file], { env });
    }
  };
  await Promise.all([arrival, ...Array.from({ length: AT_ONCE }, worker)]);
  const rate = perSecond(JOBS, performance.now() - startMs);
  const usedMs = (await cpuTimeMs(server.pid)) - cpuMs;
  for (const file of files) await rm(file);
  return { rate, besides: { 'CPU ms/job': usedMs / JOBS } };
}
