// A TcpConnection as a stream of Node's, so that node:http and node:tls run over it.
import { Duplex } from 'node:stream';
import type { TcpConnection } from '../../hal/contract.ts';

/** Destroying it with an error resets the connection; without one it is closed in order. */
export function duplexOf(connection: TcpConnection): Duplex {
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
      if (error !== null) connection.reset();
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
