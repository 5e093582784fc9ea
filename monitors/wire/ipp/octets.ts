/**
 * How the octets of each IPP attribute syntax are read and written (RFC 8010 3.9, RFC 8011 5.1).
 */
import { isUtf8 } from 'node:buffer';

/**
 * Both directions of one syntax. `undefined` means: these octets are no such value, or this value
 * has no such octets. What decodes encodes to the same octets.
 */
export interface OctetCodec<T> {
  readonly decode: (octets: Uint8Array) => T | undefined;
  readonly encode: (value: T) => Uint8Array | undefined;
}

/** A text or name in a language of its own (RFC 8011 5.1.2.2, 5.1.3.2). */
export interface LocalizedString {
  readonly language: string;
  readonly text: string;
}

/** Dots across the feed and along it (RFC 8011 5.1.16); both positive. */
export interface Resolution {
  readonly crossFeed: number;
  readonly feed: number;
  readonly units: 'dpi' | 'dpcm';
}

/** Both ends belong to it; `lower` is not above `upper` (RFC 8011 5.1.14). */
export interface IntegerRange {
  readonly lower: number;
  readonly upper: number;
}

/** DateAndTime of RFC 2579 with its time zone, field by field, so that it is written as read. */
export interface DateAndTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly deciSeconds: number;
  readonly utcSign: '+' | '-';
  readonly utcHours: number;
  readonly utcMinutes: number;
}

const int32Max = 0x7fffffff;
const int32Min = -0x80000000;

function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= int32Min && value <= int32Max;
}

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}

function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

function int32Octets(...values: readonly number[]): Uint8Array | undefined {
  if (!values.every(isInt32)) return undefined;
  const octets = new Uint8Array(4 * values.length);
  const view = viewOf(octets);
  for (const [index, value] of values.entries()) view.setInt32(4 * index, value);
  return octets;
}

/** integer and enum: a signed 32-bit number, high octet first. */
export const int32Codec: OctetCodec<number> = {
  decode: (octets) => (octets.length === 4 ? viewOf(octets).getInt32(0) : undefined),
  encode: (value) => int32Octets(value),
};

/** boolean: one octet, 0 or 1 and nothing else. */
export const booleanCodec: OctetCodec<boolean> = {
  decode(octets) {
    const [octet] = octets;
    return octets.length === 1 && (octet === 0 || octet === 1) ? octet === 1 : undefined;
  },
  encode: (value) => Uint8Array.of(value ? 1 : 0),
};

/** octetString. Both ways copy, so that a value never keeps or follows a socket's buffer. */
export const octetStringCodec: OctetCodec<Uint8Array> = {
  decode: (octets) => new Uint8Array(octets),
  encode: (value) => value,
};

/** Out-of-band values say all by their tag (RFC 8010 3.8). */
export const emptyCodec: OctetCodec<null> = {
  decode: (octets) => (octets.length === 0 ? null : undefined),
  encode: () => new Uint8Array(0),
};

/**
 * text and name: UTF-8, the charset that every IPP object supports; a BOM stays part of the text.
 */
export const utf8Codec: OctetCodec<string> = {
  decode: (octets) => (isUtf8(octets) ? bufferOf(octets).toString('utf8') : undefined),
  encode: (value) => (value.isWellFormed() ? Buffer.from(value, 'utf8') : undefined),
};

const asciiPrintable = /^[ -~]*$/;

/** keyword, uri, charset and the like: US-ASCII without control characters. */
export const asciiCodec: OctetCodec<string> = {
  decode(octets) {
    const text = bufferOf(octets).toString('latin1');
    return asciiPrintable.test(text) ? text : undefined;
  },
  encode: (value) => (asciiPrintable.test(value) ? Buffer.from(value, 'latin1') : undefined),
};

/** textWithLanguage, nameWithLanguage: language and text, each after its two octets of length. */
export const localizedCodec: OctetCodec<LocalizedString> = {
  decode(octets) {
    if (octets.length < 4) return undefined;
    const view = viewOf(octets);
    const textAt = 2 + view.getUint16(0);
    if (textAt + 2 > octets.length) return undefined;
    if (textAt + 2 + view.getUint16(textAt) !== octets.length) return undefined;
    const language = asciiCodec.decode(octets.subarray(2, textAt));
    const text = utf8Codec.decode(octets.subarray(textAt + 2));
    return language === undefined || text === undefined ? undefined : { language, text };
  },
  encode(value) {
    const language = asciiCodec.encode(value.language);
    const text = utf8Codec.encode(value.text);
    if (language === undefined || text === undefined) return undefined;
    if (language.length > 0xffff || text.length > 0xffff) return undefined;
    const octets = new Uint8Array(4 + language.length + text.length);
    const view = viewOf(octets);
    view.setUint16(0, language.length);
    octets.set(language, 2);
    view.setUint16(2 + language.length, text.length);
    octets.set(text, 4 + language.length);
    return octets;
  },
};

/** rangeOfInteger: lower, upper. */
export const rangeCodec: OctetCodec<IntegerRange> = {
  decode(octets) {
    if (octets.length !== 8) return undefined;
    const view = viewOf(octets);
    const range = { lower: view.getInt32(0), upper: view.getInt32(4) };
    return range.lower <= range.upper ? range : undefined;
  },
  encode: ({ lower, upper }) => (lower <= upper ? int32Octets(lower, upper) : undefined),
};

/** The units of a resolution on the wire (RFC 8011 5.1.16). */
const resolutionUnits = [
  { octet: 3, units: 'dpi' },
  { octet: 4, units: 'dpcm' },
] as const;

/** resolution: cross feed, feed, units. */
export const resolutionCodec: OctetCodec<Resolution> = {
  decode(octets) {
    const row = resolutionUnits.find(({ octet }) => octet === octets[8]);
    if (octets.length !== 9 || row === undefined) return undefined;
    const view = viewOf(octets);
    const value = { crossFeed: view.getInt32(0), feed: view.getInt32(4), units: row.units };
    return value.crossFeed > 0 && value.feed > 0 ? value : undefined;
  },
  encode({ crossFeed, feed, units }) {
    const row = resolutionUnits.find((candidate) => candidate.units === units);
    const numbers = crossFeed > 0 && feed > 0 ? int32Octets(crossFeed, feed) : undefined;
    if (row === undefined || numbers === undefined) return undefined;
    return Uint8Array.of(...numbers, row.octet);
  },
};

/**
 * The fields behind the year, one octet each, with the least and the greatest of RFC 2579; zones
 * reach 14 hours.
 */
const dateFields = [
  { field: 'month', least: 1, greatest: 12 },
  { field: 'day', least: 1, greatest: 31 },
  { field: 'hours', least: 0, greatest: 23 },
  { field: 'minutes', least: 0, greatest: 59 },
  { field: 'seconds', least: 0, greatest: 60 },
  { field: 'deciSeconds', least: 0, greatest: 9 },
] as const;
const zoneFields = [
  { field: 'utcHours', least: 0, greatest: 14 },
  { field: 'utcMinutes', least: 0, greatest: 59 },
] as const;

function isDateAndTime(value: DateAndTime): boolean {
  const yearFits = Number.isInteger(value.year) && value.year >= 0 && value.year <= 0xffff;
  return (
    yearFits &&
    [...dateFields, ...zoneFields].every(({ field, least, greatest }) => {
      const number = value[field];
      return Number.isInteger(number) && number >= least && number <= greatest;
    })
  );
}

/** dateTime: the 11 octets of DateAndTime. */
export const dateTimeCodec: OctetCodec<DateAndTime> = {
  decode(octets) {
    if (octets.length !== 11) return undefined;
    const view = viewOf(octets);
    const sign = String.fromCharCode(view.getUint8(8));
    if (sign !== '+' && sign !== '-') return undefined;
    const value: DateAndTime = {
      year: view.getUint16(0),
      month: view.getUint8(2),
      day: view.getUint8(3),
      hours: view.getUint8(4),
      minutes: view.getUint8(5),
      seconds: view.getUint8(6),
      deciSeconds: view.getUint8(7),
      utcSign: sign,
      utcHours: view.getUint8(9),
      utcMinutes: view.getUint8(10),
    };
    return isDateAndTime(value) ? value : undefined;
  },
  encode(value) {
    if (!isDateAndTime(value)) return undefined;
    return Uint8Array.of(
      value.year >> 8,
      value.year & 0xff,
      ...dateFields.map(({ field }) => value[field]),
      value.utcSign.charCodeAt(0),
      ...zoneFields.map(({ field }) => value[field]),
    );
  },
};
