// Platen's own agent on a loopback port, over the fixture's printer.
import type { TestContext } from 'node:test';
import type { Hal } from '../../hal/contract.ts';
import { makeRig, passwords } from './fixture.ts';

export async function startAgent(
  t: TestContext,
  { udp }: Pick<Hal, 'udp'>,
): Promise<{ readonly port: number; readonly passwords: typeof passwords }> {
  const { engine } = makeRig();
  const socket = await udp.open({
    address: '127.0.0.1',
    port: 0,
    onDatagram: (bytes, from) =>
      void engine.respond(bytes, from.address).then(async (answer) => {
        if (answer !== undefined) await socket.send(answer, from);
      }),
    onFault: () => undefined,
  });
  t.after(() => socket.close());
  return { port: socket.local.port, passwords };
}
