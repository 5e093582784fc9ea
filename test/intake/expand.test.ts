// Expanding compressed documents: bombs are stopped, sources are given back.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RefusedError } from '../../firmware/errors/codes.ts';
import { expand } from '../../firmware/intake/expand.ts';

const limits = { expandedFreeBytes: 100_000, expandedRatio: 50, expandedBytes: 1_000_000 };

async function expandedBytes(source: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of expand(source, 'gzip', limits)) bytes += chunk.length;
  return bytes;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RefusedError && error.refusal.code === 'job-too-large';
}

describe('expand', () => {
  test('lets a small document grow as it likes', async () => {
    assert.equal(await expandedBytes(once(gzipSync(Buffer.alloc(90_000)))), 90_000);
  });

  test('stops one that grows beyond the ratio', async () => {
    await assert.rejects(expandedBytes(once(gzipSync(Buffer.alloc(900_000)))), isTooLarge);
  });

  test('stops one that grows beyond the total', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_100_000 }, (_, at) => (at * at) % 251));
    const source = once(gzipSync(bytes, { level: 0 }));
    await assert.rejects(expandedBytes(source), isTooLarge);
  });

  test('gives the source back when its reader stops', async () => {
    let wasReturned = false;
    const packed = gzipSync(Buffer.alloc(50_000));
    const source = (async function* () {
      try {
        for (;;) yield packed;
      } finally {
        wasReturned = true;
      }
    })();
    for await (const chunk of expand(source, 'gzip', limits)) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.equal(wasReturned, true);
  });

  test("passes the source's own error on", async () => {
    const source = (async function* () {
      yield gzipSync(Buffer.alloc(10)).subarray(0, 5);
      throw new RangeError('the client is gone');
    })();
    await assert.rejects(expandedBytes(source), RangeError);
  });
});
