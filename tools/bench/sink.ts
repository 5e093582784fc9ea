// A network printer that takes everything: it counts each connection's bytes as one document.

import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

export interface Sink {
  readonly port: number;
  /**
   * Resolves once each digest arrived as often as given; rejects after `timeoutMs` with what lacks.
   */
  waitFor(digests: readonly string[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function openSink(): Promise<Sink> {
  const sockets = new Set<Socket>();
  const arrived = new Map<string, number>();
  const watchers = new Set<() => void>();
  const server = createServer((socket) => {
    const hash = createHash('sha256');
    let isEmpty = true;
    sockets.add(socket);
    socket.on('data', (chunk) => {
      isEmpty = false;
      hash.update(chunk);
    });
    socket.on('end', () => {
      if (isEmpty) return;
      const digest = hash.digest('hex');
      arrived.set(digest, (arrived.get(digest) ?? 0) + 1);
      for (const watcher of watchers) watcher();
    });
    // A broken connection is no document; the one that waits for it says which is missing.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');
  return {
    port: address.port,
    waitFor: (digests, timeoutMs) =>
      new Promise((resolve, reject) => {
        const lacking = (): number => digests.filter((digest) => !arrived.has(digest)).length;
        const end = (): void => {
          clearTimeout(timer);
          watchers.delete(check);
        };
        const check = (): void => {
          if (lacking() > 0) return;
          end();
          const doubled = digests.filter((digest) => arrived.get(digest) !== 1).length;
          for (const digest of digests) arrived.delete(digest);
          if (doubled === 0) resolve();
          else reject(new Error(`${doubled} documents arrived more than once`));
        };
        const timer = setTimeout(() => {
          end();
          reject(new Error(`${lacking()} of ${digests.length} documents did not arrive`));
        }, timeoutMs);
        watchers.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
