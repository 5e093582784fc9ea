// Reads messages of known length from a connection.
import type { TcpConnection } from '../../../hal/contract.ts';

export interface ByteReader {
  /** Undefined where the connection ends before. */
  read(sizeBytes: number): Promise<Buffer | undefined>;
}

export function createByteReader(connection: Pick<TcpConnection, 'read'>): ByteReader {
  let held = Buffer.alloc(0);
  return {
    async read(sizeBytes) {
      const parts = [held];
      let heldBytes = held.length;
      while (heldBytes < sizeBytes) {
        const part = await connection.read();
        if (part === undefined) return undefined;
        parts.push(Buffer.from(part));
        heldBytes += part.length;
      }
      const all = parts.length === 1 ? held : Buffer.concat(parts);
      held = all.subarray(sizeBytes);
      return all.subarray(0, sizeBytes);
    },
  };
}

/** Sends messages in their order; what is sent to a connection that is gone is forgotten. */
export function createByteWriter(
  connection: Pick<TcpConnection, 'write'>,
): (...parts: readonly Uint8Array[]) => void {
  let last: Promise<void> = Promise.resolve();
  return (...parts) => {
    const message = Buffer.concat(parts);
    last = last.then(() => connection.write(message)).catch(() => {});
  };
}
