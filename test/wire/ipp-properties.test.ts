/** Shows what holds for every IPP message and for every mistreated one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { IppBadValues } from '../../monitors/wire/ipp/assemble.ts';
import { decodeIppMessage, IppDecoder } from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { IppDecodeError } from '../../monitors/wire/ipp/errors.ts';
import { ippRequestLimits as limits } from '../../monitors/wire/ipp/limits.ts';
import type { IppMessage } from '../../monitors/wire/ipp/message.ts';
import { ippMessage } from './ipp-arbitraries.ts';
import { join } from './ipp-octets.ts';

/** Any other will do; one that never changes keeps the test from failing by chance. */
const seed = 8010;

const documentData = fc.uint8Array({ maxLength: 40 });

/** Either a message, whose encoding is what was read, or an IppDecodeError. */
function assertReadOrRefused(octets: Uint8Array, badValues: IppBadValues): void {
  try {
    const { message, rest } = decodeIppMessage(octets, { limits, badValues });
    assert.deepEqual(join(encodeIppMessage(message), rest), new Uint8Array(octets));
  } catch (error) {
    if (!(error instanceof IppDecodeError)) throw error;
    assert.ok(error.offsetBytes <= octets.length);
    assert.equal(error.header === undefined, octets.length < 8);
  }
}

test('a message is read as it was written, and the document stays', () => {
  fc.assert(
    fc.property(ippMessage, documentData, (message, data) => {
      const octets = encodeIppMessage(message);
      const decoded = decodeIppMessage(join(octets, data), { limits });
      assert.deepEqual(decoded.message, message);
      assert.deepEqual(new Uint8Array(decoded.rest), data);
    }),
    { seed, numRuns: 800 },
  );
});

test('chunks make no difference, wherever they end', () => {
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(ippMessage, documentData, cuts, (message, data, fractions) => {
      const octets = join(encodeIppMessage(message), data);
      const ends = [...fractions.map((f) => Math.floor(f * octets.length)), octets.length];
      ends.sort((a, b) => a - b);
      const decoder = new IppDecoder({ limits });
      let start = 0;
      let rest: Uint8Array | undefined;
      let decoded: IppMessage | undefined;
      for (const end of ends) {
        // A copy that is wiped afterwards shows that the decoder keeps none of it.
        const chunk = octets.slice(start, end);
        start = end;
        if (rest !== undefined) {
          rest = join(rest, chunk);
          continue;
        }
        const step = decoder.push(chunk);
        if (step.done) {
          rest = step.rest.slice();
          decoded = step.message;
        }
        chunk.fill(0xff);
      }
      assert.deepEqual(decoded, message);
      assert.deepEqual(rest, data);
    }),
    { seed, numRuns: 500 },
  );
});

test('a beginning of a message is truncated and nothing else', () => {
  fc.assert(
    fc.property(
      ippMessage,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (m, f) => {
        const octets = encodeIppMessage(m);
        const length = Math.floor(f * octets.length);
        assert.throws(
          () => decodeIppMessage(octets.subarray(0, length), { limits }),
          (error) =>
            error instanceof IppDecodeError &&
            error.code === 'truncated' &&
            error.offsetBytes === length &&
            (length < 8 ? error.header === undefined : error.header?.requestId === m.requestId),
        );
      },
    ),
    { seed, numRuns: 800 },
  );
});

for (const badValues of ['refuse', 'keep'] as const) {
  test(`arbitrary octets are read or refused (${badValues})`, () => {
    // Mostly behind a valid header, since few random octets get past one.
    const header = fc.constantFrom([], [1, 1, 0, 2, 0, 0, 0, 1], [2, 0, 0, 11, 0, 0, 0, 1, 1]);
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 200 }), (start, octets) => {
        assertReadOrRefused(join(Uint8Array.from(start), octets), badValues);
      }),
      { seed, numRuns: 1500 },
    );
  });

  test(`a damaged message is read or refused (${badValues})`, () => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.integer({ min: 0, max: 4 }),
      inserted: fc.uint8Array({ maxLength: 4 }),
    });
    const damages = fc.array(damage, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(ippMessage, damages, (message, list) => {
        let octets = encodeIppMessage(message);
        for (const { at, removed, inserted } of list) {
          const place = Math.floor(at * octets.length);
          octets = join(octets.subarray(0, place), inserted, octets.subarray(place + removed));
        }
        assertReadOrRefused(octets, badValues);
      }),
      { seed, numRuns: 1500 },
    );
  });
}
