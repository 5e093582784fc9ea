// Connections that begin a request and never go on, from many addresses of the loopback network.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Idlers {
  /** Of those that were tried. */
  readonly held: number;
  readonly refused: number;
  end(): void;
}

/** Below what one address may have (server-limits.ts), so that they count as many clients. */
const perAddress = 400;
const atOnce = 100;

export async function openIdlers(port: number, count: number): Promise<Idlers> {
  const sockets: Socket[] = [];
  let refused = 0;
  for (let begun = 0; begun < count; begun += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, count - begun) }, (_, at) =>
      openOne(port, `127.0.0.${2 + Math.floor((begun + at) / perAddress)}`),
    );
    for (const socket of await Promise.all(batch)) {
      if (socket === undefined) refused += 1;
      else sockets.push(socket);
    }
  }
  return {
    get held() {
      return sockets.filter((socket) => !socket.destroyed).length;
    },
    refused,
    end() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function openOne(port: number, localAddress: string): Promise<Socket | undefined> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  // What becomes of it later is looked at by whether it is destroyed.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect');
  } catch {
    return undefined;
  }
  socket.resume().write('POST /ipp/print/office HTTP/1.1\r\nHost: a');
  return socket;
}
