// How long a small job takes from its last byte in to its first byte out, when nothing else
// happens.

import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { openIppClient, printRequest } from '../ipp-client.ts';
import type { BenchRow, Measured } from '../row.ts';
import { makeDocuments, type Printer, type ServedRound, servers } from '../served.ts';
import { summarise } from '../statistics.ts';

const DOCUMENT_BYTES = 4096;
const JOBS = 20;
/** A server has done all that a job leaves behind, and sleeps. */
const IDLE_MS = 150;

export const latencyRows: readonly BenchRow[] = [
  {
    name: 'latency/ipp',
    what: `last byte of a 4 KiB job in to its first byte out, idle; median of ${JOBS} jobs`,
    unit: 'ms',
    peers: servers({ paused: false, openSink: openWatch, round: latencyRound }),
  },
];

/** A printer that notes when the first byte of a document comes. */
interface Watch extends Printer {
  /** Resolves once the next document is there with when its first byte came. */
  next(): Promise<number>;
}

async function openWatch(): Promise<Watch> {
  const waiting: ((firstByteMs: number) => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let firstByteMs: number | undefined;
    sockets.add(socket);
    socket.on('data', () => {
      firstByteMs ??= performance.now();
    });
    socket.on('end', () => {
      if (firstByteMs !== undefined) waiting.shift()?.(firstByteMs);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the printer has no port');
  return {
    port: address.port,
    next: () => new Promise((resolve) => void waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function latencyRound({ server, sink, seed }: ServedRound<Watch>): Promise<Measured> {
  const client = openIppClient(server.port, server.queue);
  const latencies: number[] = [];
  try {
    for (const document of makeDocuments(seed, JOBS, DOCUMENT_BYTES)) {
      const request = printRequest(server.port, server.queue, document);
      await sleep(IDLE_MS);
      const firstByte = sink.next();
      const accepted = client.send(request);
      const lastByteInMs = performance.now();
      await accepted;
      latencies.push((await firstByte) - lastByteInMs);
    }
  } finally {
    client.close();
  }
  const { median, max } = summarise(latencies);
  return { rate: median, besides: { 'worst of a round, ms': max } };
}
