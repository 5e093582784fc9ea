// One large document from the client to the printer, and what the disk alone can do.

import { open, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { openIppClient, printRequest } from '../ipp-client.ts';
import { seededRandom } from '../random.ts';
import type { BenchRow, Peer } from '../row.ts';
import { perSecond, type Printer, type ServedRound, servers } from '../served.ts';

const MEBIBYTE = 1024 * 1024;
const DOCUMENT_MEBIBYTES = 256;
const PATTERN_BYTES = 64 * 1024;

/** The same bytes written to the same disk, and synced. */
const disk: Peer = {
  name: 'the disk alone, written and synced',
  prepare: async ({ folder }) => ({
    async round(seed) {
      const document = makeDocument(seed);
      const path = join(folder, 'document');
      const startMs = performance.now();
      const file = await open(path, 'w');
      for (let at = 0; at < document.length; at += MEBIBYTE) {
        await file.write(document, at, MEBIBYTE);
      }
      await file.sync();
      const rate = perSecond(DOCUMENT_MEBIBYTES, performance.now() - startMs);
      await file.close();
      await rm(path);
      return rate;
    },
    stop: async () => undefined,
  }),
};

export const bulkRows: readonly BenchRow[] = [
  {
    name: 'bulk/ipp',
    what: `one job of ${DOCUMENT_MEBIBYTES} MiB by IPP, until its last byte is at the printer`,
    unit: 'MiB/s',
    peers: [...servers({ paused: false, openSink: openCounter, round: bulkRound }), disk],
  },
];

/** A printer that is cheaper than one which hashes: length and checksum of the last document. */
interface Counter extends Printer {
  /** Resolves with the next document's checksum, and when its last byte was here. */
  next(): Promise<{ readonly checksum: number; readonly endMs: number }>;
}

async function openCounter(): Promise<Counter> {
  const waiting: ((document: { checksum: number; endMs: number }) => void)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let checksum = 0;
    let isEmpty = true;
    let endMs = 0;
    sockets.add(socket);
    socket.on('data', (chunk) => {
      isEmpty = false;
      checksum = crc32(chunk, checksum);
      endMs = performance.now();
    });
    socket.on('end', () => {
      if (!isEmpty) waiting.shift()?.({ checksum, endMs });
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

async function bulkRound({ server, sink, seed }: ServedRound<Counter>): Promise<number> {
  const document = makeDocument(seed);
  const request = printRequest(server.port, server.queue, document);
  const client = openIppClient(server.port, server.queue);
  try {
    const arrival = sink.next();
    const startMs = performance.now();
    await client.send(request);
    const { checksum, endMs } = await arrival;
    if (checksum !== crc32(document)) throw new Error('other bytes came to the printer');
    return perSecond(DOCUMENT_MEBIBYTES, endMs - startMs);
  } finally {
    client.close();
  }
}

function makeDocument(seed: number): Buffer {
  const pattern = seededRandom(seed).bytes(PATTERN_BYTES);
  return Buffer.alloc(DOCUMENT_MEBIBYTES * MEBIBYTE, pattern);
}
