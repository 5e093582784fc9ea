// Strangers on the port of the heartbeats, real clients and raw TLS among them: they learn nothing
// and publish nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { laneTopic } from '../../firmware/pair/topics.ts';
import { run } from './mosquitto.ts';
import { address, connected, heartbeat, isMessage, makeEnd, startEnd } from './rig.ts';
import { atEnd } from '../at-end.ts';

async function startPair(t: TestContext) {
  const [a, b] = [await makeEnd(t), await makeEnd(t)];
  const left = await startEnd(t, a, b, { datagrams: true });
  const right = await startEnd(t, b, a, { datagrams: true });
  await connected(left, right);
  return { left, right, port: a.port, nodeId: a.identity.nodeId };
}

describe('a stranger on the port of the heartbeats', () => {
  test('is turned away as mosquitto_sub and mosquitto_pub, with a key and without', async (t) => {
    const { left, right, port, nodeId } = await startPair(t);
    const folder = await mkdtemp(join(tmpdir(), 'platen-stranger-'));
    atEnd(t, () => rm(folder, { recursive: true, force: true }));
    const stranger = await makeEnd(t);
    const { chainPem, privateKeyPem } = stranger.identity.peerCredentials;
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await writeFile(cert, chainPem);
    await writeFile(key, privateKeyPem);
    const where = ['-h', address, '-p', String(port), '--insecure', '--cafile', cert];
    const keys = ['--cert', cert, '--key', key];
    const topic = laneTopic(nodeId, 'urgent');
    for (const credentials of [[], keys]) {
      const reads = await run('mosquitto_sub', [
        ...where,
        ...credentials,
        '-t',
        '#',
        '-C',
        '1',
        '-W',
        '5',
        '-E',
      ]);
      assert.notEqual(reads.status, 0, reads.text);
      const writes = await run('mosquitto_pub', [
        ...where,
        ...credentials,
        '-t',
        topic,
        '-m',
        '{}',
        '-q',
        '1',
      ]);
      assert.notEqual(writes.status, 0, writes.text);
    }
    assert.deepEqual(left.events, []);
    right.send(heartbeat);
    await left.seen(isMessage(1));
  });

  test('gets not one byte inside TLS, and none without', async (t) => {
    const { port, left } = await startPair(t);
    const stranger = await makeEnd(t);
    const { chainPem, privateKeyPem } = stranger.identity.peerCredentials;
    for (const own of [{}, { cert: chainPem, key: privateKeyPem }]) {
      const secured = connectTls({ host: address, port, rejectUnauthorized: false, ...own });
      let bytes = 0;
      secured.on('data', (chunk: Buffer) => (bytes += chunk.length));
      secured.on('error', () => {});
      // CONNECT of MQTT 3.1.1, and a SUBSCRIBE to everything.
      secured.write(Buffer.from('100c00044d515454040200050001788206000100012300', 'hex'));
      await once(secured, 'close');
      assert.equal(bytes, 0);
    }
    const plain = connectTcp(port, address);
    const chunks: Buffer[] = [];
    plain.on('data', (chunk: Buffer) => chunks.push(chunk));
    plain.on('error', () => {});
    plain.write(Buffer.from('100c00044d5154540402000500017882', 'hex'));
    await once(plain, 'close');
    const said = Buffer.concat(chunks);
    // At most an alert of TLS.
    assert.ok(said.length <= 7 && (said.length === 0 || said[0] === 0x15), said.toString('hex'));
    assert.deepEqual(left.events, []);
  });

  test('many at once keep nobody else waiting', async (t) => {
    const { port, left, right } = await startPair(t);
    const sockets = Array.from({ length: 64 }, () =>
      connectTcp(port, address).on('error', () => {}),
    );
    atEnd(t, () => {
      for (const socket of sockets) socket.destroy();
    });
    right.send(heartbeat);
    await left.seen(isMessage(1));
  });
});
