// Pulls lines and counted bytes out of a connection.
import type { TcpConnection } from '../../../hal/contract.ts';

export interface ByteReader {
  /** A line without its line feed; undefined where the sender ended before it. */
  line(): Promise<string | undefined>;
  /** The next bytes, at most `maxBytes`; undefined after the sender's FIN. */
  some(maxBytes: number): Promise<Uint8Array | undefined>;
}

const longestLine = 4096;

export function createByteReader(connection: TcpConnection): ByteReader {
  let held = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    const part = await connection.read();
    if (part === undefined) return false;
    held = Buffer.concat([held, part]);
    return true;
  };
  return {
    async line() {
      for (;;) {
        const end = held.indexOf(0x0a);
        if (end >= 0) {
          const line = held.toString('latin1', 0, end);
          held = held.subarray(end + 1);
          return line;
        }
        if (held.length > longestLine) throw new Error('a line without an end');
        if (!(await fill())) return undefined;
      }
    },
    async some(maxBytes) {
      if (held.length === 0 && !(await fill())) return undefined;
      const part = held.subarray(0, maxBytes);
      held = held.subarray(part.length);
      return part;
    },
  };
}
