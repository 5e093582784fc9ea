// The peer channel on loopback: requests, bodies with back-pressure, refusals, and connections that
// break.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { type RunningChannel, createChannel } from '../../firmware/pair/channel.ts';
import { PeerError } from '../../firmware/pair/contract.ts';
import { dialPinned, listenPinned } from '../../firmware/pair/dial.ts';
import { createLog } from '../../firmware/log/log.ts';
import { address, asPeer, hal, makeEnd } from './rig.ts';
import { atEnd } from '../at-end.ts';

const { clock } = hal;
const log = createLog({ level: 'error', clock, destination: { write: () => {} } });
const silence = new AbortController();

/** A channel that serves, and one that is connected to it. */
async function connect(t: TestContext) {
  const [near, far] = [await makeEnd(t), await makeEnd(t)];
  const [server, client] = [createChannel({ clock, log }), createChannel({ clock, log })];
  const listener = await listenPinned({
    address,
    port: 0,
    clock,
    credentials: far.identity.peerCredentials,
    pins: () => new Set([asPeer(near).pin]),
    onSecured: (socket) => server.accept(socket),
    onStranger: () => {},
  });
  const ended = new AbortController();
  atEnd(t, async () => {
    ended.abort();
    server.reset();
    await listener.close();
  });
  const up = new Promise<void>((resolve) => {
    client.onConnected((connected) => {
      if (connected) resolve();
    });
  });
  void client.keep({
    dial: (signal) =>
      dialPinned({
        address,
        port: listener.port,
        clock,
        credentials: near.identity.peerCredentials,
        pins: new Set([asPeer(far).pin]),
        signal,
      }),
    onShut: () => {},
    signal: ended.signal,
  });
  await up;
  return { server, client };
}

const ask = (channel: RunningChannel, service: string, body?: AsyncIterable<Uint8Array>) =>
  channel.request({
    service,
    head: { of: service },
    signal: silence.signal,
    ...(body === undefined ? {} : { body }),
  });

async function sizeOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of body) sizeBytes += chunk.length;
  return sizeBytes;
}

async function* blocks(count: number, onTaken: (taken: number) => void) {
  for (let taken = 1; taken <= count; taken += 1) {
    yield Buffer.alloc(65_536);
    onTaken(taken);
  }
}

describe('the peer channel', () => {
  test('carries heads and bodies both ways', async (t) => {
    const { server, client } = await connect(t);
    server.serve('double', async ({ head, body }) => {
      const sizeBytes = await sizeOf(body);
      return { head: { head, sizeBytes }, body: blocks(2, () => {}) };
    });
    const answer = await ask(
      client,
      'double',
      blocks(3, () => {}),
    );
    assert.deepEqual(answer.head, { head: { of: 'double' }, sizeBytes: 196_608 });
    assert.equal(await sizeOf(answer.body), 131_072);
  });

  test('stops a sender whose body nobody reads', async (t) => {
    const { server, client } = await connect(t);
    let sent = 0;
    const handlerEnded = Promise.withResolvers<void>();
    server.serve('large', async ({ signal }) => {
      signal.addEventListener('abort', () => handlerEnded.resolve());
      return { head: null, body: blocks(10_000, (taken) => (sent = taken)) };
    });
    const answer = await ask(client, 'large');
    const reading = answer.body[Symbol.asyncIterator]();
    await reading.next();
    // Whatever the kernel and the windows hold, it is not the body.
    await ask(client, 'large').then((other) => other.body[Symbol.asyncIterator]().next());
    assert.ok(sent < 1_000, `${sent} blocks were sent to a reader that took one`);
    await reading.return?.();
    await handlerEnded.promise;
  });

  test('tells what the handler says, and what it does not know', async (t) => {
    const { server, client } = await connect(t);
    server.serve('fails', () => Promise.reject(new Error('the disk is gone')));
    await assert.rejects(ask(client, 'fails'), { code: 'refused', message: 'the disk is gone' });
    await assert.rejects(ask(client, 'nothing'), { code: 'refused' });
  });

  test('a body that breaks off is an error, not an end', async (t) => {
    const { server, client } = await connect(t);
    server.serve('breaks', async () => ({
      head: null,
      body: (async function* () {
        yield Buffer.alloc(10);
        throw new Error('the document is damaged');
      })(),
    }));
    const answer = await ask(client, 'breaks');
    await assert.rejects(sizeOf(answer.body), PeerError);
  });

  test('without a connection, and when it ends, requests fail and say so', async (t) => {
    const { server, client } = await connect(t);
    server.serve('never', () => new Promise(() => {}));
    const waiting = ask(client, 'never');
    const lost = new Promise<void>((resolve) => {
      client.onConnected((connected) => {
        if (!connected) resolve();
      });
    });
    server.reset();
    await assert.rejects(waiting, { code: 'away' });
    await lost;
    await assert.rejects(ask(client, 'never'), { code: 'away' });
  });

  test('a request that is given up ends at the other end too', async (t) => {
    const { server, client } = await connect(t);
    const ended = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    server.serve('long', ({ signal }) => {
      signal.addEventListener('abort', () => ended.resolve());
      begun.resolve();
      return new Promise(() => {});
    });
    const giving = new AbortController();
    const request = client.request({ service: 'long', head: null, signal: giving.signal });
    await begun.promise;
    giving.abort();
    await assert.rejects(request, { code: 'aborted' });
    await ended.promise;
  });
});
