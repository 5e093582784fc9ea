// Heads of answers to downloads: what Platen sends is read, and everything else refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { ClientError } from '../../firmware/client/contract.ts';
import { readHead } from '../../firmware/client/response-head.ts';

const read = (text: string) => readHead(Buffer.from(text, 'latin1'));

describe('the head of an answer', () => {
  test('is read with its length', () => {
    const head = 'HTTP/1.1 206 Partial Content\r\nETag: "x"\r\ncontent-LENGTH:  17 \r\n\r\n';
    assert.deepEqual(read(`${head}body`), {
      status: 206,
      lengthBytes: 17,
      lasts: true,
      sizeBytes: head.length,
    });
    const closing = read('HTTP/1.1 404\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n');
    assert.equal(closing?.lasts, false);
  });

  test('has not come yet before its empty line', () => {
    const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n';
    for (let at = 0; at < whole.length; at += 1) assert.equal(read(whole.slice(0, at)), undefined);
  });

  const length = 'Content-Length: 1';
  const refused: readonly (readonly [string, string])[] = [
    ['another version', `HTTP/1.0 200 OK\r\n${length}\r\n\r\n`],
    ['another protocol', `ICY 200 OK\r\n${length}\r\n\r\n`],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['no length', 'HTTP/1.1 200 OK\r\nDate: now\r\n\r\n'],
    ['two lengths', `HTTP/1.1 200 OK\r\n${length}\r\n${length}\r\n\r\n`],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['a length in hexadecimal', 'HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n'],
    ['a length beyond all', `HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(16)}\r\n\r\n`],
    ['pieces beside a length', `HTTP/1.1 200 OK\r\n${length}\r\nTransfer-Encoding: x\r\n\r\n`],
    ['a folded line', `HTTP/1.1 200 OK\r\n${length}\r\n 2\r\n\r\n`],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n'],
    ['a bare line feed', `HTTP/1.1 200 OK\nX: y\r\n${length}\r\n\r\n`],
    ['a zero octet', `HTTP/1.1 200 OK\r\nX: \0\r\n${length}\r\n\r\n`],
    ['no end', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}`],
    ['an end that is too far', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}\r\n${length}\r\n\r\n`],
  ];
  for (const [what, text] of refused) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => read(text), ClientError);
    });
  }

  test('of whatever octets is read, waited for or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readHead(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n'), bytes]));
        } catch (error) {
          assert.ok(error instanceof ClientError);
        }
      }),
    );
  });
});
