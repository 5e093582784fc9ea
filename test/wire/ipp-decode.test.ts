/** Shows what the IPP decoder refuses, with which code, where, and within which bounds. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeIppMessage,
  IppDecoder,
  type IppDecoderOptions,
} from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { IppDecodeError, type IppDecodeFault } from '../../monitors/wire/ipp/errors.ts';
import { ippRequestLimits, ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import type { IppValue } from '../../monitors/wire/ipp/message.ts';
import { attributeOf } from '../../monitors/wire/ipp/values.ts';
import { chars, field, hex, join, openRequest } from './ipp-octets.ts';

const end = hex('03');
const strict: IppDecoderOptions = { limits: ippRequestLimits };
const header = { version: { major: 1, minor: 1 }, code: 2, requestId: 7 };

function faultOf(octets: Uint8Array, options: IppDecoderOptions = strict): IppDecodeError {
  try {
    decodeIppMessage(octets, options);
  } catch (error) {
    if (error instanceof IppDecodeError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: 'it was read' });
}

const group = openRequest;
const beginCollection = field(0x34, 'media-col', hex(''));
const member = field(0x4a, '', chars('media-type'));
const endCollection = field(0x37, '', hex(''));
const latin1 = hex('e9');

interface Refusal {
  readonly what: string;
  readonly octets: Uint8Array;
  readonly code: IppDecodeFault;
  readonly offsetBytes: number;
}

/** The group opens at octet 8, so that the first value tag stands at 9. */
const refusals: readonly Refusal[] = [
  { what: 'nothing', octets: hex(''), code: 'truncated', offsetBytes: 0 },
  { what: 'no end tag', octets: group, code: 'truncated', offsetBytes: 9 },
  {
    what: 'a value cut short',
    octets: join(group, hex('21 0001 61 0004 0000')),
    code: 'truncated',
    offsetBytes: 17,
  },
  { what: 'version 0', octets: hex('0000 0002 00000007 03'), code: 'bad-version', offsetBytes: 0 },
  { what: 'version 3', octets: hex('0300 0002 00000007 03'), code: 'bad-version', offsetBytes: 0 },
  { what: 'delimiter 0', octets: join(group, hex('00')), code: 'bad-tag', offsetBytes: 9 },
  {
    what: 'a value before any group',
    octets: join(hex('0101 0002 00000007'), field(0x44, 'sides', chars('x')), end),
    code: 'bad-tag',
    offsetBytes: 8,
  },
  {
    what: 'an end of no collection',
    octets: join(group, field(0x37, 'a', hex('')), end),
    code: 'bad-tag',
    offsetBytes: 9,
  },
  {
    what: 'a member name outside a collection',
    octets: join(group, field(0x4a, 'a', chars('b')), end),
    code: 'bad-tag',
    offsetBytes: 9,
  },
  {
    what: 'a negative name-length',
    octets: join(group, hex('44 ffff'), end),
    code: 'bad-length',
    offsetBytes: 10,
  },
  {
    what: 'a negative value-length',
    octets: join(group, hex('44 0001 61 8000'), end),
    code: 'bad-length',
    offsetBytes: 13,
  },
  {
    what: 'a name beyond 255 octets',
    octets: join(group, field(0x44, 'n'.repeat(256), chars('x')), end),
    code: 'name-too-long',
    offsetBytes: 10,
  },
  {
    what: 'a name with a control character',
    octets: join(group, field(0x44, 'a\nb', chars('x')), end),
    code: 'bad-name',
    offsetBytes: 12,
  },
  {
    what: 'a further value of no attribute',
    octets: join(group, field(0x44, '', chars('x')), end),
    code: 'bad-name',
    offsetBytes: 9,
  },
  {
    what: 'a further value of an attribute in another group',
    octets: join(group, field(0x44, 'a', chars('x')), hex('02'), field(0x44, '', chars('y')), end),
    code: 'bad-name',
    offsetBytes: 17,
  },
  {
    what: 'an integer of three octets',
    octets: join(group, field(0x21, 'a', hex('000001')), end),
    code: 'bad-length',
    offsetBytes: 15,
  },
  {
    what: 'an integer of five octets',
    octets: join(group, field(0x21, 'a', hex('0000000001')), end),
    code: 'bad-length',
    offsetBytes: 15,
  },
  {
    what: 'an out-of-band value with octets',
    octets: join(group, field(0x13, 'a', hex('00')), end),
    code: 'bad-length',
    offsetBytes: 15,
  },
  {
    what: 'a boolean of 2',
    octets: join(group, field(0x22, 'a', hex('02')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a range from above to below',
    octets: join(group, field(0x33, 'a', hex('00000002 00000001')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a resolution in no unit',
    octets: join(group, field(0x32, 'a', hex('0000012c 0000012c 05')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a dateTime in month 13',
    octets: join(group, field(0x31, 'a', hex('07e8 0d 01 00 00 00 00 2b 00 00')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a name that is not UTF-8',
    octets: join(group, field(0x42, 'a', latin1), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a name of a declared other charset',
    octets: join(
      group,
      field(0x47, 'attributes-charset', chars('ISO-8859-1')),
      field(0x42, 'a', latin1),
      end,
    ),
    code: 'foreign-charset',
    offsetBytes: 48,
  },
  {
    what: 'a keyword beyond ASCII',
    octets: join(group, field(0x44, 'a', chars('é')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a text whose inner length is past its end',
    octets: join(group, field(0x35, 'a', hex('0002 656e 0005 61')), end),
    code: 'bad-value',
    offsetBytes: 15,
  },
  {
    what: 'a keyword of 256 octets',
    octets: join(group, field(0x44, 'a', chars('k'.repeat(256))), end),
    code: 'value-too-long',
    offsetBytes: 15,
  },
  {
    what: 'a group inside a collection',
    octets: join(group, beginCollection, hex('02'), end),
    code: 'bad-collection',
    offsetBytes: 23,
  },
  {
    what: 'the end inside a collection',
    octets: join(group, beginCollection, end),
    code: 'bad-collection',
    offsetBytes: 23,
  },
  {
    what: 'a value before any member name',
    octets: join(group, beginCollection, field(0x44, '', chars('x')), endCollection, end),
    code: 'bad-collection',
    offsetBytes: 23,
  },
  {
    what: 'a member with its name in the wrong place',
    octets: join(group, beginCollection, field(0x44, 'media-type', chars('x')), end),
    code: 'bad-collection',
    offsetBytes: 23,
  },
  {
    what: 'a member without a value before the end',
    octets: join(group, beginCollection, member, endCollection, end),
    code: 'bad-collection',
    offsetBytes: 38,
  },
  {
    what: 'a member without a value before the next',
    octets: join(group, beginCollection, member, member, end),
    code: 'bad-collection',
    offsetBytes: 38,
  },
  {
    what: 'a member with an empty name',
    octets: join(group, beginCollection, field(0x4a, '', hex('')), end),
    code: 'bad-name',
    offsetBytes: 28,
  },
  {
    what: 'octets beside begCollection',
    octets: join(group, field(0x34, 'media-col', hex('00')), end),
    code: 'bad-length',
    offsetBytes: 23,
  },
];

describe('the decoder refuses', () => {
  for (const { what, octets, code, offsetBytes } of refusals) {
    test(what, () => {
      const error = faultOf(octets);
      assert.equal(error.code, code);
      assert.equal(error.offsetBytes, offsetBytes);
      assert.equal(error.header?.requestId, octets.length < 8 ? undefined : 7);
      assert.match(error.message, new RegExp(`octet ${offsetBytes}: .* \\(${code}\\)$`));
    });
  }

  test('with the status that a server answers', () => {
    assert.equal(faultOf(group).status, 'client-error-bad-request');
    assert.equal(
      faultOf(hex('0900 0002 00000007 03')).status,
      'server-error-version-not-supported',
    );
  });

  test('with the header, whole', () => {
    assert.deepEqual(faultOf(group).header, header);
    assert.equal(faultOf(group.subarray(0, 7)).header, undefined);
  });

  test('any octet after the end of the message as a mistake of its caller', () => {
    const decoder = new IppDecoder(strict);
    assert.equal(decoder.push(join(group, end)).done, true);
    assert.throws(() => decoder.push(end), { name: 'Error' });
  });
});

function opaque(tag: number, octets: Uint8Array): IppValue {
  return { syntax: 'opaque', value: { tag, octets: new Uint8Array(octets) } };
}

describe('a client keeps', () => {
  const lenient: IppDecoderOptions = { limits: ippResponseLimits, badValues: 'keep' };

  test('a value that is none of its syntax, as it came', () => {
    const octets = join(group, field(0x31, 'a', hex('')), field(0x42, 'b', latin1), end);
    const { message } = decodeIppMessage(octets, lenient);
    const value = attributeOf(message, 'operation-attributes', 'b')?.values[0];
    assert.deepEqual(value, opaque(0x42, latin1));
    assert.deepEqual(encodeIppMessage(message), octets);
  });

  test('a name that is too long', () => {
    const long = 'x'.repeat(300);
    const octets = join(group, field(0x42, 'a', chars(long)), end);
    const { message } = decodeIppMessage(octets, lenient);
    assert.equal(attributeOf(message, 'operation-attributes', 'a')?.values[0]?.value, long);
    assert.deepEqual(encodeIppMessage(message), octets);
  });
});

describe('limits', () => {
  const manyAttributes = (count: number): Uint8Array =>
    join(
      group,
      ...Array.from({ length: count }, (_, index) => field(0x21, `a${index}`, hex('00000001'))),
      end,
    );
  const values = (count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => field(0x13, index === 0 ? 'a' : '', hex('')));

  test('100,000 attributes are refused once there are too many', () => {
    const error = faultOf(manyAttributes(100_000));
    assert.equal(error.code, 'too-many-attributes');
    assert.equal(error.status, 'client-error-request-entity-too-large');
    assert.ok(error.offsetBytes < ippRequestLimits.attributeBytes);
  });

  test('100,000 attributes are read where they are allowed', () => {
    const limits = { ...ippRequestLimits, attributes: 100_000, attributeBytes: 2 * 1024 * 1024 };
    const { message } = decodeIppMessage(manyAttributes(100_000), { limits });
    assert.equal(message.groups[0]?.attributes.length, 100_000);
  });

  test('an attribute that never ends is refused', () => {
    const decoder = new IppDecoder(strict);
    let pushedBytes = 0;
    decoder.push(group);
    const further = field(0x30, 'a', new Uint8Array(1000));
    assert.throws(
      () => {
        for (;;) {
          decoder.push(further);
          pushedBytes += further.length;
        }
      },
      { code: 'too-large' },
    );
    assert.ok(pushedBytes <= ippRequestLimits.attributeBytes);
  });

  test('members count as attributes', () => {
    const limits = { ...ippRequestLimits, attributes: 2 };
    const value = field(0x44, '', chars('x'));
    const twice = join(member, value, member, value);
    const octets = join(group, beginCollection, twice, endCollection, end);
    assert.equal(faultOf(octets, { limits }).code, 'too-many-attributes');
  });

  for (const { code, limits, fits, exceeds } of [
    {
      code: 'too-many-groups',
      limits: { groups: 2 },
      fits: join(group, hex('02'), end),
      exceeds: join(group, hex('02 02'), end),
    },
    {
      code: 'too-many-values',
      limits: { valuesPerAttribute: 2 },
      fits: join(group, ...values(2), end),
      exceeds: join(group, ...values(3), end),
    },
    {
      code: 'too-deep',
      limits: { collectionDepth: 1 },
      fits: join(group, beginCollection, endCollection, end),
      exceeds: join(group, beginCollection, member, field(0x34, '', hex('')), end),
    },
    {
      code: 'name-too-long',
      limits: { nameBytes: 1 },
      fits: join(group, ...values(1), end),
      exceeds: join(group, field(0x13, 'ab', hex('')), end),
    },
    {
      code: 'too-large',
      limits: { attributeBytes: 10 },
      fits: join(group, end),
      exceeds: join(group, ...values(1), end),
    },
  ]) {
    test(`${code}: what fits is read, one more is refused`, () => {
      const options = { limits: { ...ippRequestLimits, ...limits } };
      assert.equal(decodeIppMessage(fits, options).rest.length, 0);
      assert.equal(faultOf(exceeds, options).code, code);
    });
  }

  test('document data is neither counted nor copied', () => {
    const chunk = join(group, end, new Uint8Array(1024 * 1024));
    const { rest } = decodeIppMessage(chunk, strict);
    assert.equal(rest.buffer, chunk.buffer);
    assert.equal(rest.length, 1024 * 1024);
  });
});
