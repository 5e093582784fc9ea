// CPace against the vectors of draft-irtf-cfrg-cpace-21, appendices A and B.1.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  cpaceKey,
  cpaceShare,
  generator,
  joined,
  multiply,
} from '../../../firmware/cluster/pairing/cpace.ts';
import { elligator2 } from '../../../firmware/cluster/pairing/elligator2.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString('hex');

const input = {
  password: Buffer.from('Password'),
  channel: bytes('0b415f696e69746961746f720b425f726573706f6e646572'),
  sessionId: bytes('7e4b4791d6a8ef019b936c79fb7f2c57'),
};
const scalarA = bytes('21b4f4bd9e64ed355c3eb676a28ebedaf6d8f17bdc365995b319097153044080');
const scalarB = bytes('848b0779ff415f0af4ea14df9dd1d3c29ac41d836c7808896c4eba19c51ac40a');
const shareA = '1d13c89278cdadd826f6d8d7f887701430f8380ddc17611cdd6dc989ce0c9f32';
const shareB = '248cccf6d5cdc3646f0ad593f9e6cef4e69d4945f8372e623512ecea32185623';

describe('strings (A.1, A.3)', () => {
  test('each part comes after its length', () => {
    const parts = ['1234', '5', '', '678'].map((part) => Buffer.from(part));
    assert.equal(hex(joined(...parts)), '043132333401350003363738');
    assert.equal(hex(joined(new Uint8Array(127))).slice(0, 2), '7f');
    assert.equal(hex(joined(new Uint8Array(128))).slice(0, 4), '8001');
  });
});

describe('CPACE-X25519-SHA512 (B.1)', () => {
  test('the generator', () => {
    assert.equal(
      hex(generator(input)),
      'd04bf6d41f6a289632a2e929fa29bebd51092512a7829fdde7d314b62f05a73f',
    );
  });

  test('shares, and the key of both', () => {
    assert.equal(hex(cpaceShare(input, scalarA)), shareA);
    assert.equal(hex(cpaceShare(input, scalarB)), shareB);
    const first = { share: bytes(shareA), associated: Buffer.from('ADa') };
    const second = { share: bytes(shareB), associated: Buffer.from('ADb') };
    const expected =
      '6e19b875f7a561d6b3ca3dbb9ef42ac55de3e717881018204b8922b4d5e53bb2' +
      'aa82c300bea7b65d2b671da71922ddf6472301b79bc270adfa8bf413285f2263';
    assert.equal(hex(cpaceKey(input, scalarA, second.share, first, second)), expected);
    assert.equal(hex(cpaceKey(input, scalarB, first.share, first, second)), expected);
  });

  const lowOrder = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ];
  for (const point of lowOrder) {
    test(`a point of low order is refused: ${point.slice(0, 8)}…`, () => {
      assert.equal(multiply(scalarA, bytes(point)), undefined);
    });
  }

  test('a share of another length is refused', () => {
    const message = { share: bytes(shareA), associated: Buffer.from('') };
    assert.equal(cpaceKey(input, scalarA, new Uint8Array(31), message, message), undefined);
  });
});

test('Elligator 2 ignores the highest bit, as decodeUCoordinate does', () => {
  const low = new Uint8Array(32).fill(7);
  const high = Uint8Array.from(low);
  high[31] = 0x87;
  assert.deepEqual(elligator2(high), elligator2(low));
});
