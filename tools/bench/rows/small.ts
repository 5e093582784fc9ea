// Small durable jobs: 4 KiB each, as labels and receipts are, through Platen and cupsd.

import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { openIppClient, printRequest } from '../ipp-client.ts';
import { cupsd, cupsdDurable } from '../peers/cupsd.ts';
import { platen } from '../peers/platen.ts';
import type { PrintServer, RunningServer } from '../print-server.ts';
import { seededRandom } from '../random.ts';
import type { BenchRow, Peer, PeerOptions, PreparedPeer } from '../row.ts';
import { digestOf, openSink, type Sink } from '../sink.ts';

const DOCUMENT_BYTES = 4096;
const LP_JOBS = 60;
const LP_AT_ONCE = 4;
const IPP_JOBS = 400;
const IPP_CLIENTS = 8;
const ARRIVAL_TIMEOUT_MS = 60_000;

const servers: readonly [PrintServer, ...PrintServer[]] = [platen, cupsd, cupsdDurable];

export const smallRows: readonly BenchRow[] = [
  {
    name: 'small/lp',
    what: `${LP_JOBS} jobs of 4 KiB by lp, ${LP_AT_ONCE} at once, until the last is at the printer`,
    unit: 'jobs/s',
    peers: peersOf(false, lpRound),
  },
  {
    name: 'small/ipp',
    what: `${IPP_JOBS} jobs of 4 KiB by ${IPP_CLIENTS} IPP connections that stay, until accepted`,
    unit: 'jobs/s',
    peers: peersOf(true, ippRound),
  },
];

interface RoundOptions {
  readonly server: RunningServer;
  readonly sink: Sink;
  readonly folder: string;
  readonly seed: number;
}

function peersOf(
  paused: boolean,
  round: (options: RoundOptions) => Promise<number>,
): readonly [Peer, ...Peer[]] {
  const toPeer = (server: PrintServer): Peer => ({
    name: server.name,
    prepare: (options) => prepare(server, paused, round, options),
  });
  const [first, ...others] = servers;
  return [toPeer(first), ...others.map(toPeer)];
}

async function prepare(
  server: PrintServer,
  paused: boolean,
  round: (options: RoundOptions) => Promise<number>,
  { folder }: PeerOptions,
): Promise<PreparedPeer> {
  const sink = await openSink();
  const serverFolder = join(folder, 'server');
  const clientFolder = join(folder, 'client');
  try {
    await mkdir(serverFolder);
    await mkdir(clientFolder);
    const running = await server.start({ folder: serverFolder, sinkPort: sink.port, paused });
    return {
      round: (seed) => round({ server: running, sink, folder: clientFolder, seed }),
      async stop() {
        await running.stop();
        await sink.close();
      },
    };
  } catch (error) {
    await sink.close();
    throw error;
  }
}

async function lpRound({ server, sink, folder, seed }: RoundOptions): Promise<number> {
  const documents = makeDocuments(seed, LP_JOBS);
  const files = documents.map((_, index) => join(folder, `${index}`));
  for (const [index, document] of documents.entries())
    await writeFile(files[index] ?? '', document);
  const target = ['-h', `127.0.0.1:${server.port}`, '-d', server.queue, '-o', 'raw'];
  // Neither options nor servers of whoever runs the bench.
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  const startMs = performance.now();
  const arrival = sink.waitFor(documents.map(digestOf), ARRIVAL_TIMEOUT_MS);
  await Promise.all([
    arrival,
    share(files, LP_AT_ONCE, async (file) => {
      await promisify(execFile)('lp', [...target, file], { env });
    }),
  ]);
  const rate = ratePerSecond(documents.length, startMs);
  for (const file of files) await rm(file);
  return rate;
}

async function ippRound({ server, seed }: RoundOptions): Promise<number> {
  const documents = makeDocuments(seed, IPP_JOBS);
  const clients = Array.from({ length: IPP_CLIENTS }, () =>
    openIppClient(server.port, server.queue),
  );
  try {
    const requests = documents.map((each) => printRequest(server.port, server.queue, each));
    const startMs = performance.now();
    const free = [...clients];
    await share(requests, IPP_CLIENTS, async (request) => {
      const client = free.pop();
      if (client === undefined) throw new Error('more work at once than clients');
      await client.send(request);
      free.push(client);
    });
    return ratePerSecond(documents.length, startMs);
  } finally {
    for (const client of clients) client.close();
  }
}

/** Documents that differ from each other and from those of any other seed. */
function makeDocuments(seed: number, count: number): readonly Buffer[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.bytes(DOCUMENT_BYTES));
}

function ratePerSecond(count: number, startMs: number): number {
  return (count * 1000) / (performance.now() - startMs);
}

/** Does `work` for each item, at most `atOnce` at a time. */
async function share<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
    }),
  );
}
