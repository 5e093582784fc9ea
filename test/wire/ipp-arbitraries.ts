/** Arbitrary IPP messages, for the property tests. */

import * as fc from 'fast-check';
import type {
  IppAttribute,
  IppGroup,
  IppMessage,
  IppPlainValue,
  IppValue,
} from '../../monitors/wire/ipp/message.ts';
import {
  groupTags,
  type IppGroupTag,
  type IppPayloads,
  type IppPlainSyntax,
} from '../../monitors/wire/ipp/tags.ts';

/** The object that a record makes without a prototype would not equal a decoded one. */
const plainObject = { noNullPrototype: true } as const;

const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const positive = fc.integer({ min: 1, max: 0x7fffffff });
/** A character takes four octets at most, so that 15 fit every syntax. */
const utf8 = fc.string({ unit: 'binary', maxLength: 15 });
const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
const nothing = fc.constant(null);
const localized = fc.record({ language: ascii, text: utf8 }, plainObject);

function plainOf<S extends IppPlainSyntax>(
  syntax: S,
  payload: fc.Arbitrary<IppPayloads[S]>,
): fc.Arbitrary<{ readonly syntax: S; readonly value: IppPayloads[S] }> {
  return payload.map((value) => ({ syntax, value }));
}

const plainValues: { readonly [S in IppPlainSyntax]: fc.Arbitrary<IppPlainValue<S>> } = {
  unsupported: plainOf('unsupported', nothing),
  unknown: plainOf('unknown', nothing),
  'no-value': plainOf('no-value', nothing),
  'not-settable': plainOf('not-settable', nothing),
  'delete-attribute': plainOf('delete-attribute', nothing),
  'admin-define': plainOf('admin-define', nothing),
  integer: plainOf('integer', int32),
  boolean: plainOf('boolean', fc.boolean()),
  enum: plainOf('enum', int32),
  octetString: plainOf('octetString', fc.uint8Array({ maxLength: 60 })),
  dateTime: plainOf(
    'dateTime',
    fc.record(
      {
        year: fc.integer({ min: 0, max: 0xffff }),
        month: fc.integer({ min: 1, max: 12 }),
        day: fc.integer({ min: 1, max: 31 }),
        hours: fc.integer({ min: 0, max: 23 }),
        minutes: fc.integer({ min: 0, max: 59 }),
        seconds: fc.integer({ min: 0, max: 60 }),
        deciSeconds: fc.integer({ min: 0, max: 9 }),
        utcSign: fc.constantFrom('+', '-'),
        utcHours: fc.integer({ min: 0, max: 14 }),
        utcMinutes: fc.integer({ min: 0, max: 59 }),
      },
      plainObject,
    ),
  ),
  resolution: plainOf(
    'resolution',
    fc.record(
      {
        crossFeed: positive,
        feed: positive,
        units: fc.constantFrom('dpi', 'dpcm'),
      },
      plainObject,
    ),
  ),
  rangeOfInteger: plainOf(
    'rangeOfInteger',
    fc.tuple(int32, int32).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) })),
  ),
  textWithLanguage: plainOf('textWithLanguage', localized),
  nameWithLanguage: plainOf('nameWithLanguage', localized),
  textWithoutLanguage: plainOf('textWithoutLanguage', utf8),
  nameWithoutLanguage: plainOf('nameWithoutLanguage', utf8),
  keyword: plainOf('keyword', ascii),
  uri: plainOf('uri', ascii),
  uriScheme: plainOf('uriScheme', ascii),
  charset: plainOf('charset', ascii),
  naturalLanguage: plainOf('naturalLanguage', ascii),
  mimeMediaType: plainOf('mimeMediaType', ascii),
};

/** Each syntax as likely as any other. */
const plainValue: fc.Arbitrary<IppPlainValue> = fc.oneof(...Object.values(plainValues));

/** Tags that have no row: an abandoned out-of-band one, an unassigned number, a 32-bit tag. */
const opaqueValue: fc.Arbitrary<IppValue> = fc.record(
  {
    syntax: fc.constant('opaque'),
    value: fc.record(
      {
        tag: fc.constantFrom(0x11, 0x20, 0x38, 0x43, 0x4b, 0x7f, 0xff),
        octets: fc.uint8Array({ maxLength: 30 }),
      },
      plainObject,
    ),
  },
  plainObject,
);

const attributeName = fc
  .array(fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz0123456789-._')), {
    minLength: 1,
    maxLength: 30,
  })
  .map((characters) => characters.join(''));

function attributeOf(value: fc.Arbitrary<IppValue>): fc.Arbitrary<IppAttribute> {
  return fc.record(
    {
      name: attributeName,
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    },
    plainObject,
  );
}

function valueOf(depth: number): fc.Arbitrary<IppValue> {
  if (depth === 0) return fc.oneof(plainValue, opaqueValue);
  const members = fc.array(attributeOf(valueOf(depth - 1)), { maxLength: 3 });
  return fc.oneof(
    { arbitrary: plainValue, weight: 5 },
    { arbitrary: opaqueValue, weight: 1 },
    { arbitrary: members.map((value) => ({ syntax: 'collection' as const, value })), weight: 2 },
  );
}

const groupNames: IppGroupTag[] = [];
for (const name in groupTags) if (isGroupName(name)) groupNames.push(name);

function isGroupName(name: string): name is IppGroupTag {
  return Object.hasOwn(groupTags, name);
}

const groupArbitrary: fc.Arbitrary<IppGroup> = fc.record(
  {
    tag: fc.constantFrom(...groupNames),
    attributes: fc.array(attributeOf(valueOf(2)), { maxLength: 4 }),
  },
  plainObject,
);

/** Any message that has an encoding and stays below the limits of a request. */
export const ippMessage: fc.Arbitrary<IppMessage> = fc.record(
  {
    version: fc.record(
      {
        major: fc.constantFrom(1, 2),
        minor: fc.integer({ min: 0, max: 255 }),
      },
      plainObject,
    ),
    code: fc.integer({ min: 0, max: 0xffff }),
    requestId: int32,
    groups: fc.array(groupArbitrary, { maxLength: 4 }),
  },
  plainObject,
);
