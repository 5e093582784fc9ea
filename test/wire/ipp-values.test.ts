/** Shows the short ways to make and read IPP values, the registries, and what can't be encoded. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { IppEncodeError } from '../../monitors/wire/ipp/errors.ts';
import type { IppAttribute, IppMessage, IppValue } from '../../monitors/wire/ipp/message.ts';
import { ippOperationName, ippOperations } from '../../monitors/wire/ipp/operations.ts';
import { ippStatus, ippStatusName, isIppSuccess } from '../../monitors/wire/ipp/status.ts';
import { collectionTags, groupTags, valueRows } from '../../monitors/wire/ipp/tags.ts';
import {
  attribute,
  attributeOf,
  clipToOctets,
  collection,
  dateTime,
  first,
  group,
  groupOf,
  integer,
  keyword,
  name,
  nameIn,
  octetString,
  payloadOf,
  payloadsOf,
  range,
  resolution,
  text,
  textIn,
  unixMsOf,
  wordingOf,
} from '../../monitors/wire/ipp/values.ts';

function messageOf(...attributes: readonly IppAttribute[]): IppMessage {
  const groups = [group('operation-attributes', ...attributes)];
  return { version: { major: 2, minor: 0 }, code: 0, requestId: 1, groups };
}

describe('reading', () => {
  const message = messageOf(
    attribute('copies', integer(3)),
    attribute('sides', keyword('one-sided'), keyword('two-sided-long-edge')),
    attribute('media', keyword('iso_a4_210x297mm'), name('Blue')),
  );
  const operation = 'operation-attributes';

  test('finds groups, attributes and first values, or nothing', () => {
    assert.equal(groupOf(message, 'job-attributes'), undefined);
    assert.equal(attributeOf(message, operation, 'sides')?.values.length, 2);
    assert.deepEqual(first(message, operation, 'copies'), integer(3));
    assert.equal(first(message, 'job-attributes', 'copies'), undefined);
    assert.equal(first(message, operation, 'Copies'), undefined);
  });

  test('gives what a value of the asked syntax holds', () => {
    assert.equal(payloadOf(first(message, operation, 'copies'), 'integer'), 3);
    assert.equal(payloadOf(first(message, operation, 'copies'), 'enum'), undefined);
    assert.equal(payloadOf(undefined, 'enum'), undefined);
    assert.deepEqual(payloadsOf(attributeOf(message, operation, 'sides'), 'keyword'), [
      'one-sided',
      'two-sided-long-edge',
    ]);
    assert.equal(payloadsOf(attributeOf(message, operation, 'media'), 'keyword'), undefined);
    assert.equal(payloadsOf(undefined, 'keyword'), undefined);
  });

  test('gives the wording of texts and names in any language', () => {
    const values = [text('a'), name('b'), textIn('de', 'c'), nameIn('fr', 'd'), keyword('e')];
    assert.deepEqual(values.map(wordingOf), ['a', 'b', 'c', 'd', undefined]);
  });
});

describe('dateTime', () => {
  test('goes to Unix time and back, to a tenth of a second', () => {
    const unixMs = Date.UTC(2026, 1, 28, 23, 59, 58, 900);
    assert.equal(unixMsOf(dateTime(unixMs).value), unixMs);
  });

  test('counts its time zone, and the first century as such', () => {
    const { value } = dateTime(Date.UTC(2026, 0, 1));
    assert.equal(
      unixMsOf({ ...value, utcHours: 5, utcMinutes: 30 }),
      Date.UTC(2025, 11, 31, 18, 30),
    );
    assert.equal(unixMsOf({ ...value, utcSign: '-', utcHours: 1 }), Date.UTC(2026, 0, 1, 1));
    assert.equal(new Date(unixMsOf({ ...value, year: 26 })).getUTCFullYear(), 26);
  });
});

test('a string is clipped between characters', () => {
  assert.equal(clipToOctets('Größe', 10), 'Größe');
  assert.equal(clipToOctets('Größe', 4), 'Grö');
  assert.equal(clipToOctets('Größe', 3), 'Gr');
  assert.equal(clipToOctets('日本', 5), '日');
  assert.equal(clipToOctets('日本', 0), '');
  assert.equal(clipToOctets('\ud800', 3), '\ufffd');
});

describe('registries', () => {
  test('give the name of a number, or nothing', () => {
    assert.equal(ippOperationName(0x0013), 'Set-Printer-Attributes');
    assert.equal(ippOperationName(0x3fff), undefined);
    assert.equal(ippStatusName(0x0507), 'server-error-busy');
    assert.equal(ippStatusName(0x0004), undefined);
  });

  test('know what succeeded', () => {
    assert.deepEqual([0, 0xff, 0x100, 0x400].map(isIppSuccess), [true, true, false, false]);
  });

  for (const [title, numbers] of [
    ['operations', Object.values(ippOperations)],
    ['status codes', Object.values(ippStatus)],
    ['group tags', Object.values(groupTags)],
    [
      'value tags',
      [...Object.values(valueRows).map(({ tag }) => tag), ...Object.values(collectionTags)],
    ],
  ] as const) {
    test(`have each number once: ${title}`, () => {
      assert.equal(new Set<number>(numbers).size, numbers.length);
    });
  }
});

describe('encoding refuses', () => {
  const noValues: IppAttribute = { name: 'a', values: [] };
  const opaque = (tag: number): IppValue => ({
    syntax: 'opaque',
    value: { tag, octets: new Uint8Array(0) },
  });
  for (const [what, bad, path] of [
    ['an attribute without values', noValues, 'a'],
    ['an empty name', { name: '', values: [integer(1)] }, ''],
    ['a name beyond ASCII', attribute('größe', integer(1)), 'größe'],
    ['an integer beyond 32 bits', attribute('a', integer(2 ** 31)), 'a'],
    ['a fraction', attribute('a', integer(1.5)), 'a'],
    ['a range from above to below', attribute('a', range(2, 1)), 'a'],
    ['a resolution of nothing', attribute('a', resolution(0, 300, 'dpi')), 'a'],
    ['a dateTime of the year 70000', attribute('a', dateTime(Date.UTC(70_000, 0))), 'a'],
    ['half a surrogate pair', attribute('a', text('\ud800')), 'a'],
    ['a keyword beyond ASCII', attribute('a', keyword('größe')), 'a'],
    ['octets past the length field', attribute('a', octetString(new Uint8Array(0x8000))), 'a'],
    ['a tag that delimits', attribute('a', opaque(0x03)), 'a'],
    ['a tag that ends a collection', attribute('a', opaque(0x37)), 'a'],
    ['a tag beyond an octet', attribute('a', opaque(0x100)), 'a'],
    ['a member without values', attribute('a', collection({ name: 'b', values: [] })), 'a/b'],
    [
      'a bad value deep inside',
      attribute('a', collection(attribute('b', collection(attribute('c', range(2, 1)))))),
      'a/b/c',
    ],
  ] as const) {
    test(what, () => {
      assert.throws(
        () => encodeIppMessage(messageOf(bad)),
        (error) => error instanceof IppEncodeError && error.attribute === path,
      );
    });
  }

  test('a header that does not fit', () => {
    const message = messageOf();
    assert.throws(() => encodeIppMessage({ ...message, code: 0x10000 }), IppEncodeError);
    assert.throws(() => encodeIppMessage({ ...message, requestId: 2 ** 31 }), IppEncodeError);
    assert.throws(
      () => encodeIppMessage({ ...message, version: { major: -1, minor: 0 } }),
      IppEncodeError,
    );
  });
});
