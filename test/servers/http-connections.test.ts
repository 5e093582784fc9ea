// The HTTP server: deadlines, places, the stop, and answers without end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import type { HttpRoute } from '../../firmware/servers/http/contract.ts';
import { startServers } from './harness.ts';
import { ask, assertServed, comeToRest, printJob } from './http-client.ts';
import { httpHead, ippAnswer } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const { http: limits } = serverLimits;

describe('HTTP deadlines', () => {
  test('a head that trickles in is cut off, and others are served meanwhile', async () => {
    await using servers = await startServers();
    const slow = await WireClient.to(servers.httpPort);
    slow.send('POST /ipp/print/office HTTP/1.1\r\nHost: a\r\n');
    await comeToRest();
    const mostMs = limits.headLookMs + limits.headTimeoutMs;
    for (let passedMs = 1000; passedMs < mostMs; passedMs += 1000) {
      await servers.clock.advance(1000);
      slow.send('X: y\r\n');
    }
    await assertServed(servers);
    await servers.clock.advance(1000);
    assert.equal((await slow.answer()).status, 408);
    await slow.over();
  });

  test('a head that trickles in on a kept connection is cut off as soon', async () => {
    await using servers = await startServers();
    const { client } = await ask(servers, 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    await comeToRest();
    await servers.clock.advance(limits.idleTimeoutMs - 2 * limits.headLookMs);
    client.send('GET /printers/office HTTP/1.1\r\n');
    await comeToRest();
    await servers.clock.advance(limits.headLookMs + limits.headTimeoutMs);
    assert.equal((await client.answer()).status, 408);
    await client.over();
  });

  test('a connection may be idle for long, before its first request too', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.httpPort);
    await comeToRest();
    for (let request = 0; request < 2; request += 1) {
      await servers.clock.advance(limits.idleTimeoutMs - 1);
      client.send('GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
      assert.equal((await client.answer()).status, 200);
      await comeToRest();
    }
    await servers.clock.advance(limits.idleTimeoutMs);
    assert.equal((await client.answer()).status, 408);
    await client.over();
  });

  test('a document that stops is no job, and its client is told', async () => {
    await using servers = await startServers();
    const job = printJob(Buffer.alloc(1000));
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length), job.subarray(0, job.length - 1));
    await comeToRest();
    await servers.clock.advance(limits.bodyIdleTimeoutMs - 1);
    assert.equal(servers.spooler.brokenUploads, 0);
    await servers.clock.advance(1);
    assert.equal(ippAnswer(await client.answer()).status, 'client-error-bad-request');
    await client.over();
    assert.equal(servers.spooler.brokenUploads, 1);
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('attributes that stop are answered by HTTP', async () => {
    await using servers = await startServers();
    const job = printJob(Buffer.alloc(10));
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length), job.subarray(0, 40));
    await comeToRest();
    await servers.clock.advance(limits.bodyIdleTimeoutMs);
    assert.equal((await client.answer()).status, 408);
    await client.over();
  });
});

describe('HTTP connections', () => {
  const get = 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n';

  test('one too many from an address is turned away until another leaves', async () => {
    await using servers = await startServers({ http: { connectionsPerAddress: 2 } });
    const job = printJob(Buffer.from('abc'));
    const busy: WireClient[] = [];
    for (let client = 0; client < 2; client += 1) {
      const one = await WireClient.to(servers.httpPort);
      one.send(httpHead(job.length), job.subarray(0, 100));
      busy.push(one);
      await comeToRest();
    }
    const third = await WireClient.to(servers.httpPort);
    assert.equal((await third.answer()).status, 503);
    await third.over();
    for (const one of busy) one.close();
    await comeToRest();
    await assertServed(servers);
  });

  for (const limit of ['connectionsPerAddress', 'connections'] as const) {
    test(`who was idle for longest makes room (${limit})`, async () => {
      await using servers = await startServers({ http: { [limit]: 3 } });
      const silent = await WireClient.to(servers.httpPort);
      await comeToRest();
      await servers.clock.advance(1_000);
      const begun = await WireClient.to(servers.httpPort);
      begun.send(get.slice(0, 10));
      await comeToRest();
      await servers.clock.advance(1_000);
      const { client: kept } = await ask(servers, get);
      await comeToRest();
      await servers.clock.advance(1_000);
      const fourth = await ask(servers, get);
      assert.equal(fourth.answer.status, 200);
      await silent.over();
      assert.equal(silent.received.length, 0);
      // Who was silent for longer has gone; the one that is in its head stays.
      const fifth = await ask(servers, get);
      assert.equal(fifth.answer.status, 200);
      await kept.over();
      begun.send(get.slice(10));
      assert.equal((await begun.answer()).status, 200);
      for (const client of [begun, fourth.client, fifth.client]) client.close();
    });
  }

  test('who trickles makes room after who is idle, and who is at work does not', async () => {
    await using servers = await startServers({ http: { connectionsPerAddress: 3 } });
    const job = printJob(Buffer.alloc(200_000));
    const upload = async () => {
      const client = await WireClient.to(servers.httpPort);
      client.send(httpHead(job.length), job.subarray(0, 200));
      await comeToRest();
      return client;
    };
    const trickling = await upload();
    const working = await upload();
    const inHead = await WireClient.to(servers.httpPort);
    inHead.send(get.slice(0, 10));
    await comeToRest();
    await servers.clock.advance(limits.crawlsAfterMs / 2);
    working.send(job.subarray(200, 100_000));
    trickling.send(job.subarray(200, 201));
    await comeToRest();
    // The one that was in its head has been cut off by its own time.
    await inHead.over();
    await servers.clock.advance(limits.crawlsAfterMs / 2);
    const { client: idle } = await ask(servers, get);
    await comeToRest();
    const { client: first } = await ask(servers, get);
    await idle.over();
    first.send(httpHead(job.length), job.subarray(0, 200));
    await comeToRest();
    const { client: second, answer } = await ask(servers, get);
    assert.equal(answer.status, 200);
    await trickling.over();
    second.send(httpHead(job.length), job.subarray(0, 200));
    await comeToRest();
    // Nobody is left who stands still.
    const refused = await WireClient.to(servers.httpPort);
    assert.equal((await refused.answer()).status, 503);
    working.send(job.subarray(100_000));
    assert.equal(ippAnswer(await working.answer()).status, 'successful-ok');
    for (const client of [working, first, second, refused]) client.close();
  });

  test('stop lets the running request end, and the deadline does not', async () => {
    const servers = await startServers();
    const gate = Promise.withResolvers<void>();
    servers.spooler.pace = () => gate.promise;
    const job = printJob(Buffer.from('abc'));
    const idle = await ask(servers, 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length), job);
    await comeToRest();
    const stopping = servers.http.stop(new AbortController().signal);
    assert.deepEqual(servers.http.addresses(), []);
    await idle.client.over();
    gate.resolve();
    const answer = await client.answer();
    assert.equal(ippAnswer(answer).status, 'successful-ok');
    assert.equal(answer.headers['connection'], 'close');
    await client.over();
    await stopping;
    await servers[Symbol.asyncDispose]();

    const hung = await startServers();
    hung.spooler.pace = () => new Promise(() => {});
    const waiting = await WireClient.to(hung.httpPort);
    waiting.send(httpHead(job.length), job);
    await comeToRest();
    const deadline = new AbortController();
    const stopped = hung.http.stop(deadline.signal);
    deadline.abort();
    await stopped;
    await waiting.over();
    await hung[Symbol.asyncDispose]();
  });

  test('a handler that throws is a 500, and is logged', async () => {
    const routes: readonly HttpRoute[] = [
      {
        method: 'GET',
        path: '/throws',
        match: 'exact',
        handle: () => Promise.reject(new Error('no')),
      },
      {
        method: 'GET',
        path: '/api/',
        match: 'prefix',
        handle: () => Promise.reject(new Error('no')),
        problem: ({ status, detail }) => ({ status, body: JSON.stringify({ status, detail }) }),
      },
    ];
    await using servers = await startServers({ routes });
    const { client, answer } = await ask(servers, 'GET /throws HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal(answer.status, 500);
    client.send(
      'GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    );
    assert.match((await client.answer()).body.toString(), /^\{"status":500,/);
    assert.match((await client.answer()).body.toString(), /^\{"status":405,/);
    client.close();
    assert.equal(servers.faults.length, 2);
  });

  test('an answer without end goes out as it comes, and ends when its client goes', async () => {
    const returned = Promise.withResolvers<void>();
    let count = 0;
    const ticks: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => ticks,
      next: async () => {
        count += 1;
        if (count > 3) await new Promise<never>(() => {});
        return { done: false, value: Buffer.from(`tick ${count}\n`) };
      },
      return: async () => {
        returned.resolve();
        return { done: true, value: undefined };
      },
    };
    const routes: readonly HttpRoute[] = [
      {
        method: 'GET',
        path: '/ticks',
        match: 'exact',
        handle: async () => ({ status: 200, body: ticks }),
      },
    ];
    await using servers = await startServers({ routes });
    const client = await WireClient.to(servers.httpPort);
    client.send('GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n');
    while (!client.received.includes('tick 3')) await client.bytes(client.received.length + 1);
    assert.match(client.received.toString(), /chunked[\s\S]*tick 1\n[\s\S]*tick 2\n/);
    client.close();
    await Promise.race([
      returned.promise,
      once(AbortSignal.timeout(5_000), 'abort').then(() => assert.fail('not returned')),
    ]);
    await assertServed(servers);
  });
});
