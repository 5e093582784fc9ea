// Peers that are print servers with a sink as their printer: started, driven by rounds, stopped.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { openIppClient, printRequest } from './ipp-client.ts';
import { cupsd, cupsdDurable } from './peers/cupsd.ts';
import { platen } from './peers/platen.ts';
import type { PrintServer, RunningServer } from './print-server.ts';
import { seededRandom } from './random.ts';
import type { Measured, Peer, PeerOptions, PreparedPeer } from './row.ts';

const ARRIVAL_TIMEOUT_MS = 120_000;

/** What a server prints to. */
export interface Printer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ServedRound<Sink extends Printer> {
  readonly server: RunningServer;
  readonly sink: Sink;
  /** An empty folder of the client's. */
  readonly folder: string;
  readonly seed: number;
}

export interface ServedOptions<Sink extends Printer> {
  /** True: jobs are accepted and wait. */
  readonly paused: boolean;
  readonly openSink: () => Promise<Sink>;
  readonly round: (options: ServedRound<Sink>) => Promise<number | Measured>;
}

/** Platen first, then cupsd as Debian configures it, then with its records synced. */
export function servers<Sink extends Printer>(
  options: ServedOptions<Sink>,
): readonly [Peer, ...Peer[]] {
  return [toPeer(platen, options), toPeer(cupsd, options), toPeer(cupsdDurable, options)];
}

function toPeer<Sink extends Printer>(server: PrintServer, options: ServedOptions<Sink>): Peer {
  return { name: server.name, prepare: (peer) => prepare(server, options, peer) };
}

async function prepare<Sink extends Printer>(
  server: PrintServer,
  { paused, openSink, round }: ServedOptions<Sink>,
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

/** Documents that differ from each other and from those of any other seed. */
export function makeDocuments(seed: number, count: number, sizeBytes: number): readonly Buffer[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.bytes(sizeBytes));
}

/** Prints all of them by connections that stay, one job at a time on each. */
export async function printAll(
  { port, queue }: RunningServer,
  documents: readonly Buffer[],
  connections: number,
): Promise<{ readonly acceptedMs: number }> {
  const waiting = documents.map((each) => printRequest(port, queue, each));
  const clients = Array.from({ length: connections }, () => openIppClient(port, queue));
  try {
    const startMs = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          await client.send(next);
        }
      }),
    );
    return { acceptedMs: performance.now() - startMs };
  } finally {
    for (const client of clients) client.close();
  }
}

export function perSecond(count: number, ms: number): number {
  return (count * 1000) / ms;
}

export const arrivalTimeoutMs = ARRIVAL_TIMEOUT_MS;
