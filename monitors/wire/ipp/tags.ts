/**
 * The delimiter tags and value tags of IPP, one row each; the types of the model derive from it.
 */
import {
  asciiCodec,
  booleanCodec,
  dateTimeCodec,
  emptyCodec,
  int32Codec,
  localizedCodec,
  octetStringCodec,
  rangeCodec,
  resolutionCodec,
  utf8Codec,
  type OctetCodec,
} from './octets.ts';
import { namesByNumber } from './registry.ts';

/**
 * Attribute groups by delimiter tag (RFC 8010 3.5.1 and the IANA registry). The tags not yet given
 * out have rows too: a group of a later standard is kept, for its receiver to ignore.
 */
export const groupTags = {
  'operation-attributes': 0x01,
  'job-attributes': 0x02,
  'printer-attributes': 0x04,
  'unsupported-attributes': 0x05,
  'subscription-attributes': 0x06,
  'event-notification-attributes': 0x07,
  'resource-attributes': 0x08,
  'document-attributes': 0x09,
  'system-attributes': 0x0a,
  'group-0x0b': 0x0b,
  'group-0x0c': 0x0c,
  'group-0x0d': 0x0d,
  'group-0x0e': 0x0e,
  'group-0x0f': 0x0f,
} as const;

export type IppGroupTag = keyof typeof groupTags;

/** Ends the attributes; document data follows at once. */
export const endOfAttributesTag = 0x03;

/** Tags below this one delimit groups, tags from it on announce values (RFC 8010 3.5.2). */
export const firstValueTag = 0x10;

/** The tags that build collections (RFC 8010 3.1.6); they carry no value of their own. */
export const collectionTags = { begin: 0x34, end: 0x37, memberName: 0x4a } as const;

/** A length on the wire is a SIGNED-SHORT (RFC 8010 3.1). */
export const lengthMax = 0x7fff;

/** One value tag: its syntax, how its octets are read and written, and how many there may be. */
export interface ValueRow<S extends string, T> {
  readonly syntax: S;
  readonly tag: number;
  readonly minOctets: number;
  readonly maxOctets: number;
  /** undefined where the octets are no value of the syntax. */
  readonly read: (octets: Uint8Array) => TaggedValue<S, T> | undefined;
  readonly encode: OctetCodec<T>['encode'];
}

export interface TaggedValue<S extends string, T> {
  readonly syntax: S;
  readonly value: T;
}

function row<S extends string, T>(
  syntax: S,
  tag: number,
  codec: OctetCodec<T>,
  minOctets: number,
  maxOctets: number,
): ValueRow<S, T> {
  const read = (octets: Uint8Array): TaggedValue<S, T> | undefined => {
    const value = codec.decode(octets);
    return value === undefined ? undefined : { syntax, value };
  };
  return { syntax, tag, minOctets, maxOctets, read, encode: codec.encode };
}

/**
 * Two lengths and a naturalLanguage of 63 octets come with the text itself. Only the sum is held
 * to: what a short language leaves free, a text may take.
 */
const languageMaxOctets = 4 + 63;

/**
 * Every value syntax but the collection: tag, octets, and least and most octets by RFC 8011 5.1.
 */
export const valueRows = {
  unsupported: row('unsupported', 0x10, emptyCodec, 0, 0),
  unknown: row('unknown', 0x12, emptyCodec, 0, 0),
  'no-value': row('no-value', 0x13, emptyCodec, 0, 0),
  'not-settable': row('not-settable', 0x15, emptyCodec, 0, 0),
  'delete-attribute': row('delete-attribute', 0x16, emptyCodec, 0, 0),
  'admin-define': row('admin-define', 0x17, emptyCodec, 0, 0),
  integer: row('integer', 0x21, int32Codec, 4, 4),
  boolean: row('boolean', 0x22, booleanCodec, 1, 1),
  enum: row('enum', 0x23, int32Codec, 4, 4),
  octetString: row('octetString', 0x30, octetStringCodec, 0, 1023),
  dateTime: row('dateTime', 0x31, dateTimeCodec, 11, 11),
  resolution: row('resolution', 0x32, resolutionCodec, 9, 9),
  rangeOfInteger: row('rangeOfInteger', 0x33, rangeCodec, 8, 8),
  textWithLanguage: row('textWithLanguage', 0x35, localizedCodec, 4, languageMaxOctets + 1023),
  nameWithLanguage: row('nameWithLanguage', 0x36, localizedCodec, 4, languageMaxOctets + 255),
  textWithoutLanguage: row('textWithoutLanguage', 0x41, utf8Codec, 0, 1023),
  nameWithoutLanguage: row('nameWithoutLanguage', 0x42, utf8Codec, 0, 255),
  keyword: row('keyword', 0x44, asciiCodec, 0, 255),
  uri: row('uri', 0x45, asciiCodec, 0, 1023),
  uriScheme: row('uriScheme', 0x46, asciiCodec, 0, 63),
  charset: row('charset', 0x47, asciiCodec, 0, 63),
  naturalLanguage: row('naturalLanguage', 0x48, asciiCodec, 0, 63),
  mimeMediaType: row('mimeMediaType', 0x49, asciiCodec, 0, 255),
} as const;

/** The syntaxes whose value stands in one field of octets. */
export type IppPlainSyntax = keyof typeof valueRows;

/** What a value of each plain syntax holds. */
export type IppPayloads = {
  [S in IppPlainSyntax]: NonNullable<ReturnType<(typeof valueRows)[S]['read']>>['value'];
};

const groupByTag = namesByNumber(groupTags);

const rowByTag: ReadonlyMap<number, (typeof valueRows)[IppPlainSyntax]> = new Map(
  Object.values(valueRows).map((entry) => [entry.tag, entry]),
);

/** The group that a delimiter tag opens; undefined for 0x00, for the end tag and for value tags. */
export function groupTagOf(tag: number): IppGroupTag | undefined {
  return groupByTag.get(tag);
}

/**
 * The row of a value tag; undefined for collection tags and for tags not known here, 0x7f of 32-bit
 * tags among them.
 */
export function valueRowOf(tag: number): (typeof valueRows)[IppPlainSyntax] | undefined {
  return rowByTag.get(tag);
}
