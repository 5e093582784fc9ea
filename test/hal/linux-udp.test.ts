// UDP on the kernel: datagrams between two sockets, multicast heard by all that joined, errors by
// code.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { SocketAddress, UdpOpenOptions, UdpSocket } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxUdp } from '../../hal/linux/udp.ts';
import { atEnd } from '../at-end.ts';

const udp = createLinuxUdp();

interface Heard {
  readonly text: string;
  readonly from: SocketAddress;
}

interface Listening {
  readonly socket: UdpSocket;
  /** The next datagram. */
  heard(): Promise<Heard>;
}

async function listen(
  t: TestContext,
  options: Pick<UdpOpenOptions, 'address' | 'port' | 'multicast'>,
): Promise<Listening> {
  const waiting: ((heard: Heard) => void)[] = [];
  const came: Heard[] = [];
  const socket = await udp.open({
    ...options,
    onDatagram(bytes, from) {
      const heard = { text: new TextDecoder().decode(bytes), from };
      const next = waiting.shift();
      if (next === undefined) came.push(heard);
      else next(heard);
    },
    onFault: (error) => assert.fail(error),
  });
  atEnd(t, () => socket.close());
  return {
    socket,
    heard() {
      const first = came.shift();
      return first === undefined
        ? new Promise((resolve) => void waiting.push(resolve))
        : Promise.resolve(first);
    },
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('UDP of Linux', () => {
  for (const address of ['127.0.0.1', '::1']) {
    test(`carries datagrams both ways over ${address}, and names their source`, async (t) => {
      const a = await listen(t, { address, port: 0 });
      const b = await listen(t, { address, port: 0 });
      await a.socket.send(bytes('question'), b.socket.local);
      const question = await b.heard();
      assert.deepEqual(question, { text: 'question', from: a.socket.local });
      await b.socket.send(bytes('answer'), question.from);
      assert.equal((await a.heard()).text, 'answer');
    });
  }

  // Loopback has no route for IPv6 multicast: that is shown between hosts, with discovery.
  test('what is sent to a group reaches all that joined, the sender among them', async (t) => {
    const group = '224.0.0.251';
    const multicast = { interfaceName: 'lo', interfaceAddress: '127.0.0.1', hops: 255 };
    const a = await listen(t, { address: group, port: 0, multicast });
    const { port } = a.socket.local;
    const b = await listen(t, { address: group, port, multicast });
    await a.socket.send(bytes('hello'), { address: group, port });
    for (const each of [a, b]) {
      assert.deepEqual(await each.heard(), { text: 'hello', from: { address: '127.0.0.1', port } });
    }
  });

  test('one port has one owner, unless it is for a group', async (t) => {
    const { socket } = await listen(t, { address: '127.0.0.1', port: 0 });
    await assert.rejects(listen(t, socket.local), (error) => isHalError(error, 'address-in-use'));
  });

  test('what is no address of the machine, or no interface, is refused', async (t) => {
    await assert.rejects(listen(t, { address: '192.0.2.1', port: 0 }), (error) =>
      isHalError(error, 'address-not-available'),
    );
    const multicast = { interfaceName: 'none0', interfaceAddress: '::1', hops: 1 };
    await assert.rejects(listen(t, { address: 'ff02::fb', port: 0, multicast }), (error) =>
      isHalError(error),
    );
  });

  test('after closing nothing is sent, and closing again is fine', async (t) => {
    const { socket } = await listen(t, { address: '127.0.0.1', port: 0 });
    await socket.close();
    await socket.close();
    await assert.rejects(socket.send(bytes('x'), socket.local), (error) =>
      isHalError(error, 'closed'),
    );
  });

  test('loopback is among the interfaces, with both of its addresses', () => {
    const loopback = udp.interfaces().find((each) => each.loopback);
    assert.ok(loopback?.addresses.some(({ address }) => address === '127.0.0.1'));
    assert.equal(loopback?.addresses.find(({ address }) => address === '::1')?.prefixBits, 128);
  });
});
