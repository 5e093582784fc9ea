// The kernel's TCP keeps the contract of Tcp; names are resolved before anything is connected.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Addresses, Clock, TcpConnection } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { settle, VirtualClock } from '../world/clock.ts';
import { tcpSuite } from './tcp-suite.ts';
import { atEnd } from '../at-end.ts';

const clock = createLinuxClock({ wallTrusted: () => true });

tcpSuite('linux', () => ({
  tcp: createLinuxTcp({ clock, addresses: createLinuxAddresses() }),
  addresses: ['127.0.0.1', '127.0.0.2'],
}));

function tcpWhereResolves(addresses: readonly string[], testClock: Clock = clock) {
  const resolver: Addresses = {
    own: () => ({ hostName: 'test', addresses: [] }),
    resolve: async () => addresses,
  };
  return createLinuxTcp({ clock: testClock, addresses: resolver });
}

test('the addresses of a name are tried in order', async (t) => {
  const tcp = tcpWhereResolves(['127.0.0.3', '127.0.0.4']);
  const listener = await tcp.listen({
    address: '127.0.0.4',
    port: 0,
    backlog: 1,
    onConnection: (connection) => void connection.close(),
  });
  atEnd(t, () => listener.close());
  const { port } = listener.local;
  const connection = await tcp.connect({ host: 'printer.example', port, timeoutMs: 30_000 });
  assert.equal(connection.remote.address, '127.0.0.4');
  connection.reset();
});

test('one refused address refuses the name', async () => {
  const tcp = tcpWhereResolves(['192.0.2.1', '127.0.0.1']);
  const connect = tcp.connect({
    host: 'printer.example',
    port: 9,
    timeoutMs: 30_000,
    refuseAddress: (address) => (address === '127.0.0.1' ? 'loopback' : undefined),
  });
  await assert.rejects(connect, (error) => isHalError(error, 'address-refused'));
});

test('a resolver that does not answer is given up in time', async () => {
  const virtualClock = new VirtualClock();
  const tcp = createLinuxTcp({
    clock: virtualClock,
    addresses: {
      own: () => ({ hostName: 'test', addresses: [] }),
      resolve: (_host, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    },
  });
  const connect = tcp.connect({ host: 'printer.example', port: 9, timeoutMs: 5000 });
  const outcome = assert.rejects(connect, (error) => isHalError(error, 'timed-out'));
  await virtualClock.advance(5000);
  await outcome;
});

test('a mapped address is unfolded at both ends', async (t) => {
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const listener = await tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 1,
    onConnection: (connection) => void connection.close(),
  });
  atEnd(t, () => listener.close());
  const asked: string[] = [];
  const connection = await tcp.connect({
    host: '::ffff:7f00:1',
    port: listener.local.port,
    timeoutMs: 30_000,
    refuseAddress: (address) => void asked.push(address),
  });
  assert.deepEqual(asked, ['127.0.0.1']);
  assert.equal(connection.remote.address, '127.0.0.1');
  connection.reset();
});

test('bytes that are handed over at once come before those that are written', async (t) => {
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const peer = Promise.withResolvers<TcpConnection>();
  const listener = await tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 1,
    onConnection: peer.resolve,
  });
  atEnd(t, () => listener.close());
  const { port } = listener.local;
  const connection = await tcp.connect({ host: '127.0.0.1', port, timeoutMs: 30_000 });
  const bytes = Buffer.alloc(100_000, 'platen');
  let noted = 0;
  const handed = connection.handOver?.(bytes, () => {
    noted += 1;
  });
  assert.ok(handed !== undefined && handed > 0);
  assert.equal(noted, 1);
  await connection.write(bytes.subarray(handed));
  assert.equal(connection.takenBytes, bytes.length);
  await connection.endWrite();
  const accepted = await peer.promise;
  const parts: Uint8Array[] = [];
  for (let part = await accepted.read(); part !== undefined; part = await accepted.read()) {
    parts.push(part);
  }
  assert.ok(Buffer.concat(parts).equals(bytes));
  await accepted.close();
  await connection.close();
  const late = connection.handOver?.(bytes, () => {
    noted += 1;
  });
  assert.deepEqual([late, noted], [0, 2]);
});

test('what the other end has not acknowledged is told, FIN not counted', async (t) => {
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const accepted = Promise.withResolvers<TcpConnection>();
  const listener = await tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 1,
    onConnection: accepted.resolve,
  });
  atEnd(t, () => listener.close());
  const { port } = listener.local;
  const connection = await tcp.connect({ host: '127.0.0.1', port, timeoutMs: 30_000 });
  const peer = await accepted.promise;
  assert.equal(connection.unacknowledgedBytes(), 0);
  const bytes = new Uint8Array(32 * 1024 * 1024);
  const given = new AbortController();
  const write = connection.write(bytes, given.signal);
  while ((connection.unacknowledgedBytes() ?? 0) === 0) await settle();
  given.abort();
  await assert.rejects(write, (error) => isHalError(error, 'aborted'));
  let readBytes = 0;
  while (readBytes < bytes.length) readBytes += (await peer.read())?.length ?? 0;
  await connection.settled();
  await connection.endWrite();
  assert.equal(await peer.read(), undefined);
  while (connection.unacknowledgedBytes() !== 0) await settle();
  await peer.close();
  await connection.close();
  assert.equal(connection.unacknowledgedBytes(), undefined);
});
