// TLS between peers: whoever holds the pinned key is let in, whatever the dates say, and nobody
// else is, openssl among them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Identity } from '../../firmware/identity/contract.ts';
import { openIdentity } from '../../firmware/identity/identity.ts';
import { peerPinOf, PinError, securePinned } from '../../firmware/identity/pinned-tls.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { atEnd } from '../at-end.ts';

async function makeIdentity(t: TestContext): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-peer-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const path = join(folder, 'identity.json');
  return openIdentity({ files: createLinuxFiles(), random: createLinuxRandom(), path });
}

/** Accepts one connection, and what came of it. */
async function accept(
  t: TestContext,
  own: Identity,
  pins: readonly string[],
): Promise<{ port: number; secured: Promise<TLSSocket | Error> }> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => accepted.resolve(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => void server.close());
  const secured = accepted.promise.then((socket) => secure(t, 'server', own, pins, socket));
  return { port: portOf(server.address()), secured };
}

function portOf(address: string | AddressInfo | null): number {
  assert.ok(address !== null && typeof address !== 'string');
  return address.port;
}

async function secure(
  t: TestContext,
  side: 'client' | 'server',
  own: Identity,
  pins: readonly string[],
  socket: Socket,
): Promise<TLSSocket | Error> {
  atEnd(t, () => void socket.destroy());
  try {
    return await securePinned({
      side,
      socket,
      credentials: own.peerCredentials,
      pins: new Set(pins),
      signal: t.signal,
    });
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
}

async function meet(
  t: TestContext,
  [server, client]: readonly [Identity, Identity],
  pins: { readonly server: readonly string[]; readonly client: readonly string[] },
) {
  const { port, secured } = await accept(t, server, pins.server);
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  const ends = await Promise.all([secured, secure(t, 'client', client, pins.client, socket)]);
  return { server: ends[0], client: ends[1] };
}

function pin({ nodeKey }: Identity): string {
  return nodeKey.fingerprint;
}

describe('TLS by pin', () => {
  test('two that pinned each other speak TLS 1.3, and know whom with', async (t) => {
    const [one, two] = [await makeIdentity(t), await makeIdentity(t)];
    const ends = await meet(t, [one, two], { server: [pin(two)], client: [pin(one)] });
    assert.ok(!(ends.server instanceof Error) && !(ends.client instanceof Error));
    assert.equal(ends.client.getProtocol(), 'TLSv1.3');
    assert.equal(peerPinOf(ends.server), pin(two));
    assert.equal(peerPinOf(ends.client), pin(one));
    ends.client.end('heartbeat');
    const [heard] = await once(ends.server, 'data');
    assert.equal(String(heard), 'heartbeat');
  });

  test('the same identity shows the same certificate at every start', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'platen-peer-'));
    atEnd(t, () => rm(folder, { recursive: true }));
    const options = {
      files: createLinuxFiles(),
      random: createLinuxRandom(),
      path: join(folder, 'identity.json'),
    };
    const first = await openIdentity(options);
    const second = await openIdentity(options);
    assert.deepEqual(second.peerCredentials, first.peerCredentials);
  });

  test('a stranger is turned away by either side, and its key is named', async (t) => {
    const [one, two, stranger] = [
      await makeIdentity(t),
      await makeIdentity(t),
      await makeIdentity(t),
    ];
    const atServer = await meet(t, [one, stranger], { server: [pin(two)], client: [pin(one)] });
    assert.ok(atServer.server instanceof PinError);
    assert.equal(atServer.server.shown, pin(stranger));
    const atClient = await meet(t, [stranger, two], { server: [pin(two)], client: [pin(one)] });
    assert.ok(atClient.client instanceof PinError);
    assert.equal(atClient.client.shown, pin(stranger));
  });

  test('who shows no key, speaks TLS 1.2 or no TLS is turned away', async (t) => {
    const [one, two] = [await makeIdentity(t), await makeIdentity(t)];
    const clients = [
      (port: number) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
      (port: number) =>
        connectTls({
          port,
          host: '127.0.0.1',
          rejectUnauthorized: false,
          maxVersion: 'TLSv1.2',
          cert: two.peerCredentials.chainPem,
          key: two.peerCredentials.privateKeyPem,
        }),
      (port: number) => connectTcp(port, '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n'),
    ];
    for (const connect of clients) {
      const { port, secured } = await accept(t, one, [pin(two)]);
      const socket = connect(port);
      atEnd(t, () => void socket.destroy());
      // It may be told in more than one way that it is not wanted.
      socket.on('error', () => {});
      const end = await secured;
      assert.ok(end instanceof PinError);
      assert.equal(end.shown, undefined);
    }
  });

  test('the certificate of a pinned key without the key itself is worth nothing', async (t) => {
    const [one, two, thief] = [await makeIdentity(t), await makeIdentity(t), await makeIdentity(t)];
    const { port, secured } = await accept(t, one, [pin(two)]);
    assert.throws(() =>
      connectTls({
        port,
        host: '127.0.0.1',
        cert: two.peerCredentials.chainPem,
        key: thief.peerCredentials.privateKeyPem,
      }),
    );
    connectTcp(port, '127.0.0.1').end();
    assert.ok((await secured) instanceof PinError);
  });

  test('openssl with the key is let in', async (t) => {
    const [one, two] = [await makeIdentity(t), await makeIdentity(t)];
    const folder = await mkdtemp(join(tmpdir(), 'platen-peer-'));
    atEnd(t, () => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'cert.pem'), two.peerCredentials.chainPem);
    await writeFile(join(folder, 'key.pem'), two.peerCredentials.privateKeyPem);
    const { port, secured } = await accept(t, one, [pin(two)]);
    const client = spawn(
      'openssl',
      ['s_client', '-quiet', '-connect', `127.0.0.1:${port}`, '-cert', 'cert.pem'].concat([
        '-key',
        'key.pem',
      ]),
      { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    atEnd(t, () => void client.kill());
    client.stdin.write('hello');
    const end = await secured;
    assert.ok(!(end instanceof Error));
    const [heard] = await once(end, 'data');
    assert.equal(String(heard), 'hello');
  });

  test('a peer that says nothing is given up with the signal', async (t) => {
    const one = await makeIdentity(t);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectTcp(portOf(server.address()), '127.0.0.1');
    const [socket]: [Socket] = await once(server, 'connection').then(([each]) => [each]);
    atEnd(t, () => {
      client.destroy();
      server.close();
    });
    const controller = new AbortController();
    const securing = securePinned({
      side: 'server',
      socket,
      credentials: one.peerCredentials,
      pins: new Set(),
      signal: controller.signal,
    });
    controller.abort();
    await assert.rejects(securing, PinError);
    assert.ok(socket.destroyed);
  });
});
