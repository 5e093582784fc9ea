// The link on loopback: both ways, both brokers, datagrams, what ends, and who is turned away.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  asPeer,
  connected,
  group,
  hal,
  heartbeat,
  isMessage,
  type LinkEnd,
  makeEnd,
  startEnd,
  term,
} from './rig.ts';

describe('two ends of a link', () => {
  test('carry messages both ways, over both connections', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b);
    const right = await startEnd(t, b, a);
    await connected(left, right);
    left.send(heartbeat);
    const sent = left.send({ kind: 'ask', term, knows: term });
    const arrived = await right.seen(isMessage(2));
    assert.deepEqual(arrived, {
      kind: 'message',
      path: 'direct',
      retained: false,
      message: sent,
    });
    right.send(heartbeat);
    await left.seen(isMessage(1));
    // One by our client at its broker, one by our broker to its client.
    await until(right, () => right.events.filter(isMessage(2)).length === 2);
  });

  test('carry batches of records by a connection of their own, once', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b);
    const right = await startEnd(t, b, a);
    await connected(left, right);
    const payload = { path: ['Ports'] };
    const records = Array.from({ length: 64 }, (_, index) => ({
      spooler: group,
      term,
      seq: index + 1,
      change: { type: 'registry.key-created', payload } as const,
    }));
    left.send({ kind: 'records', term, after: { term, seq: 0 }, records });
    left.send({ kind: 'stored', term, end: { term, seq: 1 } });
    const arrived = await right.seen(isMessage(1));
    assert.ok(arrived.kind === 'message' && arrived.message.body.kind === 'records');
    assert.equal(arrived.message.body.records.length, 64);
    await right.seen(isMessage(2));
    assert.equal(right.events.filter(isMessage(1)).length, 1);
  });

  test('send heartbeats as sealed datagrams too, each twice', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b, { datagrams: true });
    const right = await startEnd(t, b, a, { datagrams: true });
    await connected(left, right);
    // Which start of the peer is the true one is learnt inside TLS.
    left.send(heartbeat);
    await right.seen(isMessage(1));
    left.send(heartbeat);
    // Two connections, and two datagrams.
    await until(right, () => right.events.filter(isMessage(2)).length === 4);
    await until(right, () => right.link.state.paths.udp);
  });

  test('take nothing by datagram that was sealed with another secret', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b, { datagrams: true, secret: Buffer.alloc(32, 1) });
    const right = await startEnd(t, b, a, { datagrams: true });
    await connected(left, right);
    left.send(heartbeat);
    await until(right, () => right.events.filter(isMessage(1)).length === 2);
    left.send({ kind: 'claim', term });
    await until(right, () => right.events.filter(isMessage(2)).length === 2);
    assert.equal(right.events.length, 4);
  });

  test('fall silent while the main thread stands still', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    let movedAtMs = hal.clock.monotonicMs();
    const left = await startEnd(t, a, b, { movedAtMs: () => movedAtMs });
    const right = await startEnd(t, b, a);
    await connected(left, right);
    movedAtMs = -1_001 + hal.clock.monotonicMs();
    left.send(heartbeat);
    movedAtMs = hal.clock.monotonicMs();
    left.send(heartbeat);
    await right.seen(isMessage(2));
    assert.equal(right.events.some(isMessage(1)), false);
  });

  test('say that a connection ended, and connect anew', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b);
    const right = await startEnd(t, b, a);
    await connected(left, right);
    await right.link.stop();
    await left.seen((event) => event.kind === 'peer-closed');
    const again = await startEnd(t, b, a);
    await connected(left, again);
    left.send(heartbeat);
    await again.seen(isMessage(1));
  });

  test('that can’t have their port leave nothing behind, and may try again', async (t) => {
    const [a, b] = [await makeEnd(t), await makeEnd(t)];
    const first = await startEnd(t, a, b);
    // A broker that was left open would keep this file's process from its end.
    await assert.rejects(startEnd(t, a, b), /EADDRINUSE|in use/);
    await first.link.stop();
    const left = await startEnd(t, a, b);
    const right = await startEnd(t, b, a);
    await connected(left, right);
  });

  test('do not speak to a stranger, whoever dials', async (t) => {
    const [a, b, stranger] = [await makeEnd(t), await makeEnd(t), await makeEnd(t)];
    const left = await startEnd(t, a, b);
    const other = await startEnd(t, { ...stranger, port: b.port }, a);
    assert.equal(asPeer(a).nodeId === asPeer(stranger).nodeId, false);
    const right = await startEnd(t, { ...b, port: stranger.port }, a);
    left.send(heartbeat);
    other.send(heartbeat);
    // The true peer reaches its broker, and nobody else does.
    await until(right, () => right.link.state.paths.outgoing);
    right.send(heartbeat);
    await left.seen(isMessage(1));
    assert.deepEqual(other.events, []);
    assert.equal(other.link.state.paths.outgoing || other.link.state.paths.incoming, false);
  });
});

/** Looks at each event and each change of a connection. */
function until(end: LinkEnd, holds: () => boolean): Promise<unknown> {
  const byState = new Promise<void>((resolve) => {
    const look = () => {
      if (holds()) resolve();
    };
    end.link.onState(look);
    look();
  });
  return Promise.race([byState, end.seen(() => holds())]);
}
