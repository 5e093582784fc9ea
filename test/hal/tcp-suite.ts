// What every implementation of Tcp must do; run against the kernel's and the simulated one.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Tcp, TcpConnection, TcpListener } from '../../hal/contract.ts';
import { HalError, type HalErrorCode, isHalError } from '../../hal/errors.ts';
import { atEnd } from '../at-end.ts';

export interface TcpRig {
  readonly tcp: Tcp;
  /** Two addresses of this machine. */
  readonly addresses: readonly [string, string];
}

/** More than any kernel and reader ahead would ever hold. */
const floodBytes = 48 * 1024 * 1024;

export function tcpSuite(name: string, makeRig: () => TcpRig): void {
  describe(`${name}: Tcp`, () => {
    test('carries bytes both ways, and each direction ends by itself', async (t) => {
      const { client, server } = await pair(t, makeRig());
      await client.write(text('question'));
      await client.endWrite();
      assert.equal(await readAll(server), 'question');
      await server.write(text('answer'));
      await server.endWrite();
      assert.equal(await readAll(client), 'answer');
      assert.equal(client.takenBytes, 8);
    });

    test('names both ends', async (t) => {
      const { client, server, listener } = await pair(t, makeRig());
      assert.deepEqual(client.remote, listener.local);
      assert.deepEqual(server.remote, client.local);
      assert.deepEqual(server.local, client.remote);
    });

    test('stops taking bytes while the peer reads none, and goes on later', async (t) => {
      const { client, server } = await pair(t, makeRig());
      const controller = new AbortController();
      const write = client.write(new Uint8Array(floodBytes).fill(7), controller.signal);
      const first = await server.read();
      controller.abort();
      await rejectsWith(write, 'aborted');
      assert.ok(client.takenBytes < floodBytes, `${client.takenBytes} taken`);
      let received = first?.length ?? 0;
      const reading = (async () => {
        for (let part = await server.read(); part !== undefined; part = await server.read()) {
          assert.ok(part.every((byte) => byte === 7));
          received += part.length;
        }
      })();
      await client.settled();
      assert.equal(client.takenBytes, floodBytes);
      await client.endWrite();
      await reading;
      assert.equal(received, floodBytes);
    });

    test('takes one write at a time', async (t) => {
      const { client } = await pair(t, makeRig());
      const write = client.write(new Uint8Array(floodBytes));
      assert.throws(() => client.write(text('x')), /one write at a time/);
      client.reset();
      await rejectsWith(write, 'closed');
      await rejectsWith(client.settled(), 'closed');
    });

    test('an aborted read loses nothing', async (t) => {
      const { client, server } = await pair(t, makeRig());
      const controller = new AbortController();
      const read = server.read(controller.signal);
      controller.abort();
      await rejectsWith(read, 'aborted');
      await rejectsWith(server.read(controller.signal), 'aborted');
      await client.write(text('kept'));
      await client.endWrite();
      assert.equal(await readAll(server), 'kept');
    });

    test('a reset reaches the reading peer, and ends what is under way here', async (t) => {
      const { client, server } = await pair(t, makeRig());
      const write = rejectsWith(client.write(new Uint8Array(floodBytes)), 'closed');
      const read = rejectsWith(client.read(), 'closed');
      await server.read();
      client.reset();
      await write;
      await read;
      await rejectsWith(readAll(server), 'connection-reset');
      client.reset();
      await client.close();
    });

    test('a reset by the peer ends a stalled write', async (t) => {
      const { client, server } = await pair(t, makeRig());
      const write = rejectsWith(client.write(new Uint8Array(floodBytes)), 'connection-reset');
      await server.read();
      server.reset();
      await write;
      await rejectsWith(client.settled(), 'connection-reset');
      await rejectsWith(client.write(text('x')), 'connection-reset');
    });

    test('a reset right behind the end of writing frees the connection', async (t) => {
      const { client } = await pair(t, makeRig());
      const ended = client.endWrite();
      client.reset();
      await Promise.allSettled([ended]);
      await client.close();
    });

    test('closing sends the end after the last byte', async (t) => {
      const { client, server } = await pair(t, makeRig());
      await client.write(text('last'));
      await client.close();
      assert.equal(await readAll(server), 'last');
      await rejectsWith(client.write(text('x')), 'closed');
    });

    test('writing after the end is refused', async (t) => {
      const { client } = await pair(t, makeRig());
      await client.endWrite();
      await rejectsWith(client.write(text('x')), 'closed');
      await client.endWrite();
    });

    test('where nobody listens it says so', async () => {
      const rig = makeRig();
      const port = await freePort(rig);
      await rejectsWith(
        rig.tcp.connect({ host: rig.addresses[0], port, timeoutMs }),
        'connection-refused',
      );
    });

    test('asks about the resolved address before anything leaves', async (t) => {
      const rig = makeRig();
      const accepted: TcpConnection[] = [];
      const listener = await rig.tcp.listen({
        address: rig.addresses[0],
        port: 0,
        backlog: 8,
        onConnection: (connection) => accepted.push(connection),
      });
      atEnd(t, () => listener.close());
      const asked: string[] = [];
      const connect = rig.tcp.connect({
        host: rig.addresses[0],
        port: listener.local.port,
        timeoutMs,
        refuseAddress: (address) => {
          asked.push(address);
          return 'it is our own';
        },
      });
      await assert.rejects(connect, (error) => {
        assert.ok(error instanceof HalError);
        assert.equal(error.code, 'address-refused');
        assert.match(error.message, /it is our own/);
        return true;
      });
      assert.deepEqual(asked, [rig.addresses[0]]);
      assert.equal(accepted.length, 0);
    });

    test('leaves from the address and port that it is told', async (t) => {
      const rig = makeRig();
      const localPort = await freePort(rig);
      const { client, server } = await pair(t, rig, { localAddress: rig.addresses[1], localPort });
      assert.deepEqual(client.local, { address: rig.addresses[1], port: localPort });
      assert.deepEqual(server.remote, client.local);
    });

    test('an aborted connect is given up', async () => {
      const rig = makeRig();
      const port = await freePort(rig);
      const signal = AbortSignal.abort();
      await rejectsWith(
        rig.tcp.connect({ host: rig.addresses[0], port, timeoutMs, signal }),
        'aborted',
      );
    });

    test('one port has one listener, and a closed one is free again', async (t) => {
      const rig = makeRig();
      const options = { address: rig.addresses[0], backlog: 8, onConnection: () => {} };
      const first = await rig.tcp.listen({ ...options, port: 0 });
      const { port } = first.local;
      await rejectsWith(rig.tcp.listen({ ...options, port }), 'address-in-use');
      await first.close();
      const second = await rig.tcp.listen({ ...options, port });
      atEnd(t, () => second.close());
      assert.equal(second.local.port, port);
    });

    test('accepted connections outlive their listener', async (t) => {
      const { client, server, listener } = await pair(t, makeRig());
      await listener.close();
      await client.write(text('still here'));
      await client.endWrite();
      assert.equal(await readAll(server), 'still here');
    });
  });
}

const timeoutMs = 30_000;

async function pair(
  t: TestContext,
  rig: TcpRig,
  from: { readonly localAddress?: string; readonly localPort?: number } = {},
): Promise<{ client: TcpConnection; server: TcpConnection; listener: TcpListener }> {
  const accepted = Promise.withResolvers<TcpConnection>();
  const listener = await rig.tcp.listen({
    address: rig.addresses[0],
    port: 0,
    backlog: 8,
    onConnection: accepted.resolve,
  });
  const { port } = listener.local;
  const client = await rig.tcp.connect({ host: rig.addresses[0], port, timeoutMs, ...from });
  const server = await accepted.promise;
  atEnd(t, async () => {
    client.reset();
    server.reset();
    await listener.close();
  });
  return { client, server, listener };
}

async function freePort({ tcp, addresses }: TcpRig): Promise<number> {
  const address = addresses[1];
  const listener = await tcp.listen({ address, port: 0, backlog: 1, onConnection: () => {} });
  await listener.close();
  return listener.local.port;
}

async function readAll(connection: TcpConnection): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let part = await connection.read(); part !== undefined; part = await connection.read()) {
    assert.ok(part.length > 0);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

async function rejectsWith(work: Promise<unknown>, code: HalErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isHalError(error), String(error));
    assert.equal(error.code, code);
    return true;
  });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
