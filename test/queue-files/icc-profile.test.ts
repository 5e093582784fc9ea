// ICC profiles: the header is checked and the name read, of right ones and of wrong ones.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readIccProfile } from '../../firmware/queue-files/icc-profile.ts';
import { makeProfile } from './profile.ts';

describe('ICC profiles', () => {
  test('name, class and colour space are read, of both versions', () => {
    for (const major of [2, 4] as const) {
      assert.deepEqual(readIccProfile(makeProfile('HP Color LaserJet', { major })), {
        kind: 'profile',
        version: `${major}.0`,
        deviceClass: 'prtr',
        colourSpace: 'CMYK',
        name: 'HP Color LaserJet',
      });
    }
  });

  const broken: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['only a header', (bytes) => bytes.subarray(0, 128)],
    ['without its signature', (bytes) => Buffer.concat([bytes.fill(0, 36, 40)])],
    ['of no known class', (bytes) => bytes.fill(0x41, 12, 16)],
    ['of no known version', (bytes) => bytes.fill(99, 8, 9)],
    ['with a tag behind its end', (bytes) => bytes.fill(0xff, 136, 140)],
    ['with too many tags', (bytes) => bytes.fill(0xff, 128, 132)],
    ['with another connection space', (bytes) => bytes.fill(0x41, 20, 24)],
  ];
  for (const [what, change] of broken) {
    test(`one ${what} is none`, () => {
      const wrong = readIccProfile(change(Buffer.from(makeProfile('x'))));
      assert.equal(wrong.kind, 'wrong');
    });
  }

  test('whatever comes, an answer comes back', () => {
    const good = Buffer.from(makeProfile('some name'));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(good);
        bytes[at] = value;
        assert.ok(['profile', 'wrong'].includes(readIccProfile(bytes).kind));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.ok(['profile', 'wrong'].includes(readIccProfile(bytes).kind));
      }),
    );
  });
});
