// Framing that somebody between client and server may see otherwise: one answer, and no more.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startServers } from './harness.ts';
import { ask } from './http-client.ts';
import { WireClient } from './wire-client.ts';

/** A request of another printer, where an interpretation of the body would have it. */
const smuggled = 'GET /printers/labels HTTP/1.1\r\nHost: evil\r\n\r\n';
const getPrinters = '\x01\x01\x00\x0b\x00\x00\x00\x01\x03';

const framings: readonly { what: string; octets: string; status: number }[] = [
  ...[
    ['an unknown coding', 'Transfer-Encoding: xchunked', smuggled, 501],
    ['a space before the colon', 'Transfer-Encoding : chunked', `0\r\n\r\n${smuggled}`, 400],
    ['a coding behind chunked', 'Transfer-Encoding: chunked, x', `0\r\n\r\n${smuggled}`, 400],
    ['a coding before chunked', 'Transfer-Encoding: gzip, chunked', `0\r\n\r\n${smuggled}`, 501],
    ['a tab for a space', 'Transfer-Encoding: \x0bchunked', `0\r\n\r\n${smuggled}`, 400],
    ['a length with a sign', 'Content-Length: +9', getPrinters + smuggled, 400],
    ['a list of lengths', 'Content-Length: 9, 9', getPrinters + smuggled, 400],
    ['a length twice', 'Content-Length: 9\r\nContent-Length: 9', getPrinters + smuggled, 400],
    ['a length in hexadecimal', 'Content-Length: 0x9', getPrinters + smuggled, 400],
    ['a length past 64 bits', 'Content-Length: 18446744073709551625', getPrinters + smuggled, 400],
    ['no length behind its name', 'Content-Length: ', getPrinters + smuggled, 400],
    ['a folded length', 'Content-Length:\r\n 9', getPrinters + smuggled, 400],
    ['a bare carriage return', 'X: a\rContent-Length: 9', getPrinters + smuggled, 400],
    ['a bare line feed', 'X: a\nContent-Length: 9', getPrinters + smuggled, 400],
  ].map(([what, field, body, status]) => ({
    what: String(what),
    octets: `POST /ipp/print/office HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n${body}`,
    status: Number(status),
  })),
  ...[
    ['0x', `0x9\r\n${getPrinters}\r\n0\r\n\r\n`],
    ['a sign', `-9\r\n${getPrinters}\r\n0\r\n\r\n`],
    ['a space', `9 \r\n${getPrinters}\r\n0\r\n\r\n`],
    ['a line feed in its extension', `9;a\nb\r\n${getPrinters}\r\n0\r\n\r\n`],
    ['more than 64 bits', `fffffffffffffffff9\r\n${getPrinters}\r\n0\r\n\r\n`],
    ['a bare line feed', `9\n${getPrinters}\n0\n\n`],
  ].map(([what, body]) => ({
    what: `a chunk whose size has ${what}`,
    octets:
      'POST /ipp/print/office HTTP/1.1\r\nHost: a\r\nContent-Type: application/ipp\r\n' +
      `Transfer-Encoding: chunked\r\n\r\n${body}${smuggled}`,
    status: 400,
  })),
  {
    what: 'chunks in HTTP/1.0',
    octets:
      'POST /ipp/print/office HTTP/1.0\r\nConnection: keep-alive\r\n' +
      `Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 400,
  },
];

describe('requests within requests', () => {
  for (const { what, octets, status } of framings) {
    test(`${what}: one answer, then the connection ends`, async () => {
      await using servers = await startServers();
      const client = await WireClient.to(servers.httpPort);
      client.send(Buffer.from(octets, 'latin1'));
      await client.over();
      const said = client.received.toString('latin1');
      const statuses = [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, found]) => Number(found));
      assert.deepEqual(statuses, [status], said);
      assert.doesNotMatch(said, /labels/);
      assert.deepEqual(servers.faults, []);
    });
  }

  test('a body that nobody wants is read over, whatever it looks like', async () => {
    await using servers = await startServers();
    const { client, answer } = await ask(
      servers,
      `GET /printers/office HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n`,
      smuggled,
      'GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    assert.match(answer.body.toString(), /office/);
    assert.equal((await client.answer()).status, 404);
    client.close();
  });
});
