// Platen's own agent on a loopback port, over the fixture's printer.
import type { TestContext } from 'node:test';
import type { Hal, SocketAddress } from '../../hal/contract.ts';
import { makeRig, passwords } from './fixture.ts';
import { atEnd } from '../at-end.ts';

export async function startAgent(
  t: TestContext,
  { udp }: Pick<Hal, 'udp'>,
): Promise<{ readonly port: number; readonly passwords: typeof passwords }> {
  const { engine } = makeRig();
  const answer = async (bytes: Uint8Array, from: SocketAddress): Promise<void> => {
    const said = await engine.respond(bytes, from.address);
    if (said !== undefined) await socket.send(said, from);
  };
  const socket = await udp.open({
    address: '127.0.0.1',
    port: 0,
    onDatagram: (bytes, from) => void answer(bytes, from),
    onFault: () => undefined,
  });
  atEnd(t, () => socket.close());
  return { port: socket.local.port, passwords };
}
