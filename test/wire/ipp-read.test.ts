/** Shows that a message is read off a stream without losing, hoarding or leaking the document. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { describe, test } from 'node:test';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { IppDecodeError } from '../../monitors/wire/ipp/errors.ts';
import { ippRequestLimits } from '../../monitors/wire/ipp/limits.ts';
import { readIppMessage } from '../../monitors/wire/ipp/read.ts';
import { ippStatus } from '../../monitors/wire/ipp/status.ts';
import { chars, field, hex, join, openRequest } from './ipp-octets.ts';
import { atEnd } from '../at-end.ts';

const options = { limits: ippRequestLimits };
const message = join(openRequest, field(0x44, 'sides', chars('one-sided')), hex('03'));

/** A source that tells how much was pulled from it and whether it was cancelled. */
function sourceOf(chunks: readonly (Uint8Array | Error)[]): {
  readonly source: AsyncIterable<Uint8Array>;
  readonly seen: { pulls: number; returns: number };
} {
  const seen = { pulls: 0, returns: 0 };
  const source: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const chunk = chunks[seen.pulls];
        seen.pulls += 1;
        if (chunk instanceof Error) throw chunk;
        return chunk === undefined
          ? { done: true, value: undefined }
          : { done: false, value: chunk };
      },
      async return() {
        seen.returns += 1;
        return { done: true, value: undefined };
      },
    }),
  };
  return { source, seen };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk).toString());
  return chunks;
}

describe('readIppMessage', () => {
  test('hands over the document from its first octet', async () => {
    const { source, seen } = sourceOf([
      message.subarray(0, 5),
      join(message.subarray(5), chars('one')),
      chars('two'),
    ]);
    const stream = await readIppMessage(source, options);
    assert.equal(stream.message.requestId, 7);
    assert.deepEqual(await collect(stream.rest), ['one', 'two']);
    assert.equal(seen.returns, 0);
  });

  test('pulls a chunk only when it is asked for', async () => {
    const { source, seen } = sourceOf([join(message, chars('one')), chars('two'), chars('three')]);
    const { rest } = await readIppMessage(source, options);
    assert.equal(seen.pulls, 1);
    await rest.next();
    assert.equal(seen.pulls, 1);
    await rest.next();
    assert.equal(seen.pulls, 2);
  });

  test('a message without a document leaves nothing', async () => {
    const { source } = sourceOf([message]);
    assert.deepEqual(await collect((await readIppMessage(source, options)).rest), []);
  });

  test('a reader that stops in the middle cancels the source', async () => {
    const { source, seen } = sourceOf([join(message, chars('one')), chars('two')]);
    const { rest } = await readIppMessage(source, options);
    for await (const chunk of rest) {
      assert.equal(Buffer.from(chunk).toString(), 'one');
      break;
    }
    assert.deepEqual(seen, { pulls: 1, returns: 1 });
    assert.equal((await rest.next()).done, true);
  });

  test('a reader that never starts cancels the source, once', async () => {
    const { source, seen } = sourceOf([join(message, chars('one'))]);
    const { rest } = await readIppMessage(source, options);
    await rest.return?.();
    await rest.return?.();
    assert.deepEqual(seen, { pulls: 1, returns: 1 });
  });

  test('a source that is at its end is not cancelled', async () => {
    const { source, seen } = sourceOf([message]);
    const { rest } = await readIppMessage(source, options);
    assert.equal((await rest.next()).done, true);
    await rest.return?.();
    assert.equal(seen.returns, 0);
  });

  test('a bad message cancels the source', async () => {
    const { source, seen } = sourceOf([join(openRequest, hex('00')), chars('more')]);
    await assert.rejects(readIppMessage(source, options), { code: 'bad-tag' });
    assert.deepEqual(seen, { pulls: 1, returns: 1 });
  });

  test('a source that ends early leaves a truncated message', async () => {
    const { source, seen } = sourceOf([message.subarray(0, 20)]);
    await assert.rejects(readIppMessage(source, options), { code: 'truncated', offsetBytes: 20 });
    assert.equal(seen.returns, 0);
  });

  test('what the source throws goes through, in the message and behind it', async () => {
    const failure = new Error('reset');
    const early = sourceOf([message.subarray(0, 20), failure]);
    await assert.rejects(readIppMessage(early.source, options), failure);
    const late = sourceOf([message, failure]);
    const { rest } = await readIppMessage(late.source, options);
    await assert.rejects(rest.next(), failure);
  });
});

test('a server can answer a message that it could not read', async (context) => {
  const server = createServer((incoming, outgoing) => {
    readIppMessage(incoming.iterator({ destroyOnReturn: false }), options).catch(
      (error: unknown) => {
        assert.ok(error instanceof IppDecodeError && error.header !== undefined);
        const { version, requestId } = error.header;
        const code = ippStatus[error.status];
        outgoing.writeHead(200, { 'content-type': 'application/ipp', connection: 'close' });
        outgoing.end(encodeIppMessage({ version, code, requestId, groups: [] }));
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(context, () => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const upload = request({ host: '127.0.0.1', port: address.port, method: 'POST' });
  const answered = once(upload, 'response');
  upload.end(join(openRequest, hex('00'), new Uint8Array(1000)));
  const [response] = await answered;
  assert.deepEqual(await collect(response), [Buffer.from(hex('0101 0400 00000007 03')).toString()]);
});
