// The HTTP server: framing, limits, deadlines, back-pressure and errors that arrive.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import type { HttpRoute } from '../../firmware/servers/http/contract.ts';
import { startServers, type Harness } from './harness.ts';
import { askIpp, httpHead, ippAnswer, ippOctets } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const { http: limits } = serverLimits;
const mebibyte = 1024 * 1024;

function printJob(document: Uint8Array): Buffer {
  return ippOctets({ operation: 'Print-Job', document });
}

async function ask(servers: Harness, ...parts: readonly (string | Uint8Array)[]) {
  const client = await WireClient.to(servers.httpPort);
  client.send(...parts);
  const answer = await client.answer();
  return { client, answer };
}

async function assertServed(servers: Harness): Promise<void> {
  assert.equal((await askIpp(servers.httpPort, { operation: 'Get-Jobs' })).status, 'successful-ok');
}

/** Lets the sockets come to rest: what was written has been read, or never will be. */
async function comeToRest(): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

const refusals: readonly { what: string; octets: string; status: number }[] = [
  { what: 'an unknown path', octets: 'GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n', status: 404 },
  {
    what: 'a method that is not there',
    octets: 'PUT /printers/office HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    status: 405,
  },
  {
    what: 'another content type',
    octets:
      'POST /ipp/print/office HTTP/1.1\r\nHost: a\r\n' +
      'Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx',
    status: 415,
  },
  {
    what: 'no length',
    octets: 'POST /ipp/print/office HTTP/1.1\r\nHost: a\r\nContent-Type: application/ipp\r\n\r\n',
    status: 411,
  },
  { what: 'no host', octets: 'GET /printers/office HTTP/1.1\r\n\r\n', status: 400 },
  {
    what: 'two hosts',
    octets: 'GET /printers/office HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n',
    status: 400,
  },
  {
    what: 'another expectation',
    octets: 'GET /printers/office HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n',
    status: 417,
  },
  { what: 'no HTTP', octets: 'hello there\r\n\r\n', status: 400 },
  {
    what: 'two lengths',
    octets: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    status: 400,
  },
  {
    what: 'a length and chunks',
    octets:
      'POST / HTTP/1.1\r\nHost: a\r\n' +
      'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    status: 400,
  },
  {
    what: 'a negative length',
    octets: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    status: 400,
  },
  {
    what: 'huge headers',
    octets: `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(limits.headerBytes)}\r\n\r\n`,
    status: 431,
  },
  {
    what: 'a long target',
    octets: `GET /${'x'.repeat(limits.requestTargetBytes)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    status: 414,
  },
  {
    what: 'a target of several KiB',
    octets: `GET /${'x'.repeat(limits.headerBytes)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    status: 431,
  },
  {
    what: 'a target with a NUL',
    octets: 'GET /printers/off\0ice HTTP/1.1\r\nHost: a\r\n\r\n',
    status: 400,
  },
  ...['%2e%2e', '..', 'office%2f..', 'office%00', '%ff', 'office%5c', 'a/b/c', '', 'nobody'].map(
    (name) => ({
      what: `the printer ${name}`,
      octets: `GET /printers/${name} HTTP/1.1\r\nHost: a\r\n\r\n`,
      status: 404,
    }),
  ),
  { what: 'a broken escape', octets: 'GET /printers/%zz HTTP/1.1\r\nHost: a\r\n\r\n', status: 400 },
];

describe('HTTP requests', () => {
  test('what can not be answered gets its status as a line of text', async () => {
    await using servers = await startServers();
    for (const { what, octets, status } of refusals) {
      const { client, answer } = await ask(servers, octets);
      assert.equal(answer.status, status, what);
      assert.match(answer.headers['content-type'] ?? '', /^text\/plain/, what);
      assert.match(answer.body.toString(), /^[^\n]+\n$/, what);
      client.close();
    }
    await assertServed(servers);
    assert.deepEqual(servers.faults, []);
  });

  test('the page of a printer is a line of text; HEAD gets its head', async () => {
    await using servers = await startServers();
    const { client, answer } = await ask(
      servers,
      'GET /printers/OFFICE HTTP/1.1\r\nHost: box:80\r\n\r\n',
    );
    assert.equal(answer.status, 200);
    assert.match(answer.body.toString(), /office.*\nPrint to ipp:\/\/box:80\/ipp\/print\/office\n/);
    client.close();
    const head = await WireClient.to(servers.httpPort);
    head.send('HEAD /printers/office HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await head.over();
    assert.match(head.received.toString(), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n$/);
  });

  test('absolute-form targets, HTTP/1.0 and a client that half-closes are answered', async () => {
    await using servers = await startServers();
    const absolute = await ask(servers, 'GET http://x/printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal(absolute.answer.status, 200);
    absolute.client.close();
    const old = await WireClient.to(servers.httpPort);
    old.send('GET /printers/office HTTP/1.0\r\n\r\n').finish();
    assert.equal((await old.answer()).status, 200);
    assert.equal(await old.over(), 'closed');
  });

  test('pipelined requests are answered in order, and only so many', async () => {
    await using servers = await startServers();
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const job = printJob(Buffer.from('abc'));
    const { client, answer } = await ask(
      servers,
      get('/printers/office'),
      get('/nowhere'),
      httpHead(job.length),
      job,
      get('/printers/labels'),
    );
    assert.equal(answer.status, 200);
    assert.equal((await client.answer()).status, 404);
    assert.equal(ippAnswer(await client.answer()).status, 'successful-ok');
    assert.match((await client.answer()).body.toString(), /labels/);
    client.close();
    const greedy = await WireClient.to(servers.httpPort);
    greedy.send(get('/printers/office').repeat(limits.pipelinedRequests + 1));
    await greedy.over();
    await assertServed(servers);
  });

  test('garbage after a request: the request is answered, then the connection ends', async () => {
    await using servers = await startServers();
    const job = printJob(Buffer.from('abc'));
    const { client, answer } = await ask(servers, httpHead(job.length), job, 'garbage\r\n\r\n');
    assert.equal(ippAnswer(answer).status, 'successful-ok');
    assert.equal(answer.headers['connection'], 'close');
    await client.over();
    assert.equal(servers.spooler.documents.length, 1);
  });
});

describe('answers of IPP', () => {
  const everything = ippOctets({ operation: 'Get-Printer-Attributes' });

  test("a long one comes in chunks that CUPS's library reads by one call each", async () => {
    await using servers = await startServers();
    const { client, answer } = await ask(servers, httpHead(everything.length), everything);
    const sizes = answer.chunks?.map(({ length }) => length + '7f9\r\n\r\n'.length) ?? [];
    assert.ok(sizes.length > 3);
    assert.deepEqual(new Set(sizes.slice(0, -1)), new Set([2_048]));
    client.close();
  });

  test('to HTTP/1.0 it comes with a length', async () => {
    await using servers = await startServers();
    const head = httpHead(everything.length).replace('HTTP/1.1', 'HTTP/1.0');
    const { client, answer } = await ask(servers, head, everything);
    assert.equal(answer.headers['content-length'], `${answer.body.length}`);
    assert.equal(ippAnswer(answer).status, 'successful-ok');
    client.close();
  });
});

describe('HTTP bodies', () => {
  test('chunked and Content-Length bring the same bytes', async () => {
    await using servers = await startServers();
    const document = Buffer.alloc(300_000, 'platen');
    const job = printJob(document);
    const sized = await ask(servers, httpHead(job.length), job);
    assert.equal(ippAnswer(sized.answer).status, 'successful-ok');
    const chunks = Array.from({ length: Math.ceil(job.length / 999) }, (_, index) => {
      const part = job.subarray(index * 999, (index + 1) * 999);
      return Buffer.concat([
        Buffer.from(`${part.length.toString(16)}\r\n`),
        part,
        Buffer.from('\r\n'),
      ]);
    });
    const head = httpHead(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    sized.client.send(head, ...chunks, '0\r\n\r\n');
    assert.equal(ippAnswer(await sized.client.answer()).status, 'successful-ok');
    sized.client.close();
    assert.equal(servers.spooler.documents.length, 2);
    for (const { bytes } of servers.spooler.documents) assert.ok(document.equals(bytes));
    const announced = servers.spooler.requests.map((request) => request.document?.sizeBytes);
    assert.deepEqual(announced, [document.length, undefined]);
  });

  test('a broken chunk fails the upload and is told', async () => {
    await using servers = await startServers();
    const job = printJob(Buffer.alloc(1000));
    const head = httpHead(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const { client, answer } = await ask(
      servers,
      head,
      `${job.length.toString(16)}\r\n`,
      job,
      '\r\nzzz\r\n',
    );
    assert.equal(ippAnswer(answer).status, 'client-error-bad-request');
    await client.over();
    assert.equal(servers.spooler.brokenUploads, 1);
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('100-continue is said once the request could be accepted, and not before', async () => {
    await using servers = await startServers();
    const job = printJob(Buffer.from('abc'));
    const willing = await WireClient.to(servers.httpPort);
    willing.send(httpHead(job.length, undefined, 'Expect: 100-continue\r\n'));
    assert.match((await willing.bytes(20)).toString(), /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    willing.send(job);
    assert.equal(ippAnswer(await willing.answer()).status, 'successful-ok');
    willing.close();
    const { client, answer } = await ask(
      servers,
      httpHead(job.length, '/nowhere', 'Expect: 100-continue\r\n'),
    );
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['connection'], 'close');
    client.close();
  });

  test('an early error reaches a client that is still sending', async () => {
    await using servers = await startServers();
    servers.spooler.refuseWith = 'spool-full';
    servers.spooler.refuseAfterBytes = 100_000;
    const job = printJob(Buffer.alloc(32 * mebibyte));
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length));
    assert.equal(await client.pour(job), true);
    assert.equal(ippAnswer(await client.answer()).status, 'server-error-temporary-error');
    assert.equal(await client.over(), 'closed');
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('what follows an early error is read up to a bound, then the connection ends', async () => {
    await using servers = await startServers({ http: { lingerBytes: mebibyte } });
    servers.spooler.refuseWith = 'spool-full';
    const job = printJob(Buffer.alloc(64 * mebibyte));
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length));
    assert.equal(await client.pour(job), false);
    await client.over();
    assert.match(client.received.toString('latin1'), /^HTTP\/1\.1 200 /);
  });

  test('nothing is read ahead of the consumer', async () => {
    await using servers = await startServers();
    const gate = Promise.withResolvers<void>();
    servers.spooler.pace = () => gate.promise;
    const document = Buffer.alloc(64 * mebibyte, 7);
    const job = printJob(document);
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length));
    const poured = client.pour(job);
    await comeToRest();
    await assertServed(servers);
    // What is under way sits in the kernel's buffers of both ends, not here.
    assert.ok(process.memoryUsage().arrayBuffers < 2.5 * document.length);
    assert.ok(!(await Promise.race([poured, Promise.resolve(false)])));
    gate.resolve();
    assert.equal(await poured, true);
    assert.equal(ippAnswer(await client.answer()).status, 'successful-ok');
    client.close();
    assert.equal(servers.spooler.documents[0]?.sizeBytes, document.length);
  });
});

describe('HTTP deadlines', () => {
  test('a head that trickles in is cut off, and others are served meanwhile', async () => {
    await using servers = await startServers();
    const slow = await WireClient.to(servers.httpPort);
    slow.send('POST /ipp/print/office HTTP/1.1\r\nHost: a\r\n');
    await comeToRest();
    for (let passedMs = 1000; passedMs < limits.headTimeoutMs; passedMs += 1000) {
      await servers.clock.advance(1000);
      slow.send('X: y\r\n');
    }
    await assertServed(servers);
    await servers.clock.advance(1000);
    assert.equal((await slow.answer()).status, 408);
    await slow.over();
  });

  test('a connection that is kept alive ends after its time', async () => {
    await using servers = await startServers();
    const { client } = await ask(servers, 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    await servers.clock.advance(limits.keepAliveTimeoutMs - 1);
    client.send('GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal((await client.answer()).status, 200);
    await comeToRest();
    await servers.clock.advance(limits.keepAliveTimeoutMs);
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
  test('one too many from an address is turned away until another leaves', async () => {
    await using servers = await startServers({ http: { connectionsPerAddress: 2 } });
    const first = await ask(servers, 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    const second = await ask(servers, 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n');
    const third = await WireClient.to(servers.httpPort);
    assert.equal((await third.answer()).status, 503);
    await third.over();
    first.client.close();
    second.client.close();
    await comeToRest();
    await assertServed(servers);
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
