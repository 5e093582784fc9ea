// The HTTP server: framing, limits, deadlines, back-pressure and errors that arrive.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import { startServers } from './harness.ts';
import { ask, assertServed, comeToRest, printJob } from './http-client.ts';
import { httpHead, ippAnswer, ippOctets } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const { http: limits } = serverLimits;
const mebibyte = 1024 * 1024;

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
  ...['a, b', 'a"><script>', 'a b', 'x@a', 'a/b', '[::1', '%zz', 'a:b'].map((host) => ({
    what: `the host ${host}`,
    octets: `GET /printers/office HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    status: 400,
  })),
  ...['', 'a:', 'BOX_1.local:631', '[fe80::1%25eth0]:631', 'b\u00fcro.local'].map((host) => ({
    what: `the host ${host}, for a printer that is not there`,
    octets: `GET /printers/nobody HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    status: 404,
  })),
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
    // More than twice what the kernel's buffers of both ends may take at the most.
    const document = Buffer.alloc(96 * mebibyte, 7);
    const job = printJob(document);
    const client = await WireClient.to(servers.httpPort);
    client.send(httpHead(job.length));
    const poured = pourInPieces(client, job);
    for (let sentBytes = -1; sentBytes !== client.sentBytes; ) {
      sentBytes = client.sentBytes;
      await comeToRest();
    }
    await assertServed(servers);
    const { sentBytes } = client;
    assert.ok(sentBytes < document.length / 2, `${sentBytes} bytes`);
    assert.ok(!(await Promise.race([poured, Promise.resolve(false)])));
    gate.resolve();
    assert.equal(await poured, true);
    assert.equal(ippAnswer(await client.answer()).status, 'successful-ok');
    client.close();
    assert.equal(servers.spooler.documents[0]?.sizeBytes, document.length);
  });
});

/** So that what has left the client shows piece by piece. */
async function pourInPieces(client: WireClient, bytes: Buffer): Promise<boolean> {
  const pieces: Promise<boolean>[] = [];
  for (let at = 0; at < bytes.length; at += mebibyte) {
    pieces.push(client.pour(bytes.subarray(at, at + mebibyte)));
  }
  return (await Promise.all(pieces)).every((isSent) => isSent);
}
