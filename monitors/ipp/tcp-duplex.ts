// A TcpConnection as a stream of Node's, so that node:http and node:tls run over it.
import { Duplex } from 'node:stream';
import type { TcpConnection } from '../../hal/contract.ts';

/**
 * Destroying it resets the connection, but where all that was to come has come: then it is closed
 * in order. (On a USB channel what has not come yet would be taken for the next answer.)
 */
export function duplexOf(connection: TcpConnection, isComplete: () => boolean): Duplex {
  return new Duplex({
    allowHalfOpen: true,
    async read() {
      try {
        this.push((await connection.read()) ?? null);
      } catch (error) {
        this.destroy(asError(error));
      }
    },
    async write(chunk: Uint8Array, _encoding, done) {
      done(await failureOf(connection.write(chunk)));
    },
    async final(done) {
      done(await failureOf(connection.endWrite()));
    },
    destroy(error, done) {
      if (error !== null || !isComplete()) connection.reset();
      // Not waited for: a peer that takes nothing holds up the kernel only.
      else void connection.close();
      done(error);
    },
  });
}

/** How a promise ended, as the callbacks of streams take it. */
async function failureOf(work: Promise<void>): Promise<Error | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
