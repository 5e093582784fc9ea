// The witness, with a real Mosquitto: one order for both, fresh connections, and nothing to learn
// or to forge for whoever else is there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { LinkEvent } from '../../firmware/pair/contract.ts';
import { witnessTopic } from '../../firmware/pair/topics.ts';
import { run, startMosquitto } from './mosquitto.ts';
import { address, group, heartbeat, isMessage, makeEnd, startEnd } from './rig.ts';
import { atEnd } from '../at-end.ts';

const isConnected = (event: LinkEvent) => event.kind === 'witness-connected';

async function startPair(t: TestContext, port: number) {
  const witness = { address, port, tls: undefined, login: undefined };
  const [a, b] = [await makeEnd(t), await makeEnd(t)];
  const left = await startEnd(t, a, b, { witness });
  const right = await startEnd(t, b, a, { witness });
  await Promise.all([left.seen(isConnected), right.seen(isConnected)]);
  return { left, right };
}

describe('the witness', () => {
  test('brings both nodes their own and the other’s messages, in one order', async (t) => {
    const { port } = await startMosquitto(t);
    const { left, right } = await startPair(t, port);
    left.send(heartbeat, 'witness', 1);
    await right.seen(isMessage(1, 'witness'));
    right.send({ kind: 'claim', term: { generation: 3, counter: 2, node: 'b' } }, 'witness', 1);
    left.send(heartbeat, 'witness', 1);
    await Promise.all([left, right].map((end) => end.seen(isMessage(2, 'witness'))));
    const order = ({ events }: { readonly events: readonly LinkEvent[] }) =>
      events.flatMap((event) =>
        event.kind === 'message' && event.path === 'witness'
          ? [`${event.message.header.node} ${event.message.header.seq}`]
          : [],
      );
    const shared = Math.min(order(left).length, order(right).length);
    assert.deepEqual(order(left).slice(0, shared), order(right).slice(0, shared));
  });

  test('lost and found again, it is another connection', async (t) => {
    const first = await startMosquitto(t);
    const { left } = await startPair(t, first.port);
    await first.kill();
    await left.seen((event) => event.kind === 'witness-lost');
    await startMosquitto(t, first.port);
    const again = await left.seen(
      (event) => event.kind === 'witness-connected' && event.connection > 1,
    );
    assert.ok(again.kind === 'witness-connected');
  });

  test('a stranger there reads nothing, and what it repeats counts for nothing', async (t) => {
    const { port } = await startMosquitto(t);
    const { left, right } = await startPair(t, port);
    const topic = witnessTopic(3, group);
    const where = ['-h', address, '-p', String(port)];
    const listening = spawn(
      'mosquitto_sub',
      [...where, '-t', '#', '-C', '1', '-F', '%t %x', '-v'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let heard = '';
    listening.stdout.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
    const ended = once(listening, 'close');
    const beating = new AbortController();
    const beat = async () => {
      while (!beating.signal.aborted) {
        left.send(heartbeat, 'witness', 1);
        await right.seen((event) => event.kind === 'message' && event.path === 'witness');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const beats = beat();
    await ended;
    beating.abort();
    await beats;
    const [saidTopic, hex = ''] = heard.trim().split(' ');
    assert.equal(saidTopic, topic);
    const bytes = Buffer.from(hex, 'hex');
    assert.equal(bytes.includes('heartbeat'), false);
    const before = right.events.length;
    // Repeated as it was, changed, and made up, retained or not.
    const folder = await mkdtemp(join(tmpdir(), 'platen-repeated-'));
    atEnd(t, () => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'message');
    await writeFile(path, bytes);
    const repeated = await run('mosquitto_pub', [...where, '-t', topic, '-r', '-f', path]);
    assert.equal(repeated.status, 0);
    const forged = JSON.stringify({ v: 1, group, header: {}, body: heartbeat });
    await run('mosquitto_pub', [...where, '-t', topic, '-m', forged]);
    left.send({ kind: 'claim', term: { generation: 3, counter: 9, node: 'a' } }, 'witness', 1);
    await right.seen((event) => event.kind === 'message' && event.message.body.kind === 'claim');
    const came = right.events.slice(before).filter((event) => event.kind === 'message');
    const claims = came.filter((event) => event.message.body.kind === 'claim');
    assert.equal(claims.length, 1);
    const seqs = right.events.flatMap((event) =>
      event.kind === 'message' && event.path === 'witness' ? [event.message.header.seq] : [],
    );
    assert.equal(new Set(seqs).size, seqs.length, 'no message counted twice');
  });
});
