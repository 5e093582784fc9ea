// Ports that spoolers share: a connection goes to whoever listens at the address that it came to,
// and a group's is nobody else's.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tcp, TcpConnection, TcpListenOptions } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createSharedListeners } from '../../firmware/servers/shared-listeners.ts';
import { VirtualClock } from '../world/clock.ts';

const everywhere = '0.0.0.0';
const group = '10.0.0.50';

function subject() {
  const clock = new VirtualClock();
  const open = new Map<number, TcpListenOptions>();
  const tcp: Tcp = {
    connect: () => Promise.reject(new Error('nobody connects here')),
    async listen(options) {
      open.set(options.port, options);
      return {
        local: { address: options.address, port: options.port },
        close: async () => void open.delete(options.port),
      };
    },
  };
  const shared = createSharedListeners({
    tcp,
    clock,
    everywhere,
    isGroups: (address) => address === group,
  });
  const heard: string[] = [];
  const listen = (address: string, port: number) =>
    shared.listen({ address, port, backlog: 1, onConnection: () => heard.push(address) });
  const arrive = (address: string, port: number) => {
    const state = { reset: false };
    const connection: Pick<TcpConnection, 'local' | 'reset'> = {
      local: { address, port },
      reset: () => void (state.reset = true),
    };
    open.get(port)?.onConnection(connectionOf(connection));
    return state;
  };
  return { clock, open, heard, listen, arrive };
}

function connectionOf(part: Pick<TcpConnection, 'local' | 'reset'>): TcpConnection {
  const never = () => Promise.reject(new Error('not used'));
  return {
    ...part,
    remote: part.local,
    takenBytes: 0,
    unacknowledgedBytes: () => undefined,
    write: never,
    settled: never,
    read: never,
    endWrite: never,
    close: never,
  };
}

describe('shared listeners', () => {
  test('one port, two spoolers: the address decides', async () => {
    const { heard, listen, arrive, open } = subject();
    const node = await listen(everywhere, 9100);
    const groups = await listen(group, 9100);
    arrive('10.0.0.1', 9100);
    arrive(group, 9100);
    assert.deepEqual(heard, [everywhere, group]);
    await node.close();
    assert.ok(open.has(9100));
    assert.equal(arrive('10.0.0.1', 9100).reset, true);
    await groups.close();
    assert.ok(!open.has(9100));
  });

  test('an address is listened at once', async () => {
    const { listen } = subject();
    await listen(group, 9100);
    await assert.rejects(listen(group, 9100), (error) => isHalError(error, 'address-in-use'));
  });

  test('a client of a group waits for its spooler, and is never another’s', async () => {
    const { clock, heard, listen, arrive } = subject();
    await listen(everywhere, 9100);
    const early = arrive(group, 9100);
    assert.deepEqual(heard, []);
    await listen(group, 9100);
    assert.deepEqual(heard, [group]);
    await clock.advance(10_000);
    assert.equal(early.reset, false);
  });

  test('one that waits in vain is reset', async () => {
    const { clock, heard, listen, arrive } = subject();
    await listen(everywhere, 9100);
    const early = arrive(group, 9100);
    await clock.advance(5_000);
    assert.equal(early.reset, true);
    assert.deepEqual(heard, []);
  });
});
