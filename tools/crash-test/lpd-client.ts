// A line printer client (RFC 1179) that prints one document and tells whether all of it was
// acknowledged.
import { connect, type Socket } from 'node:net';

/** Data file first, as most do; true once the zero octets behind both files came. */
export async function printByLpd(
  port: number,
  queue: string,
  id: string,
  bytes: Buffer,
): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const octets = octetsOf(socket);
  const say = async (what: string | Buffer): Promise<boolean> => {
    socket.write(what);
    return (await octets.next()).value === 0;
  };
  const control = Buffer.from(`Hcrash\nPcrash\nJ${id}\nldfA001crash\nN${id}\n`);
  try {
    return (
      (await say(`\x02${queue}\n`)) &&
      (await say(`\x03${bytes.length} dfA001crash\n`)) &&
      (await say(Buffer.concat([bytes, Buffer.of(0)]))) &&
      (await say(`\x02${control.length} cfA001crash\n`)) &&
      (await say(Buffer.concat([control, Buffer.of(0)])))
    );
  } finally {
    socket.destroy();
  }
}

async function* octetsOf(socket: Socket): AsyncGenerator<number, undefined> {
  for await (const chunk of socket) {
    if (Buffer.isBuffer(chunk)) yield* chunk;
  }
  return undefined;
}
