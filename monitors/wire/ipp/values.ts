/** Short ways to make values, attributes and groups, and to read them. */
import type {
  IppAttribute,
  IppCollection,
  IppGroup,
  IppMessage,
  IppPlainValue,
  IppValue,
} from './message.ts';
import type { DateAndTime, Resolution } from './octets.ts';
import type { IppGroupTag, IppPayloads, IppPlainSyntax } from './tags.ts';

export function integer(value: number): IppPlainValue<'integer'> {
  return { syntax: 'integer', value };
}

export function boolean(value: boolean): IppPlainValue<'boolean'> {
  return { syntax: 'boolean', value };
}

export function enumValue(value: number): IppPlainValue<'enum'> {
  return { syntax: 'enum', value };
}

export function range(lower: number, upper: number): IppPlainValue<'rangeOfInteger'> {
  return { syntax: 'rangeOfInteger', value: { lower, upper } };
}

export function resolution(
  crossFeed: number,
  feed: number,
  units: Resolution['units'],
): IppPlainValue<'resolution'> {
  return { syntax: 'resolution', value: { crossFeed, feed, units } };
}

/** In UTC, down to tenths of a second. */
export function dateTime(unixMs: number): IppPlainValue<'dateTime'> {
  const date = new Date(unixMs);
  return {
    syntax: 'dateTime',
    value: {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hours: date.getUTCHours(),
      minutes: date.getUTCMinutes(),
      seconds: date.getUTCSeconds(),
      deciSeconds: Math.floor(date.getUTCMilliseconds() / 100),
      utcSign: '+',
      utcHours: 0,
      utcMinutes: 0,
    },
  };
}

/** The moment that a dateTime names, as Unix time. */
export function unixMsOf(value: DateAndTime): number {
  const { year, month, day, hours, minutes, seconds, deciSeconds } = value;
  const local = new Date(0);
  // Set by setters, because Date.UTC takes the years 0 to 99 for those of the 20th century.
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hours, minutes, seconds, deciSeconds * 100);
  const zoneMs = (value.utcHours * 60 + value.utcMinutes) * 60_000;
  return local.getTime() - (value.utcSign === '+' ? zoneMs : -zoneMs);
}

export function octetString(value: Uint8Array): IppPlainValue<'octetString'> {
  return { syntax: 'octetString', value };
}

/** text in the natural language of the message. */
export function text(value: string): IppPlainValue<'textWithoutLanguage'> {
  return { syntax: 'textWithoutLanguage', value };
}

export function textIn(language: string, value: string): IppPlainValue<'textWithLanguage'> {
  return { syntax: 'textWithLanguage', value: { language, text: value } };
}

/** name in the natural language of the message. */
export function name(value: string): IppPlainValue<'nameWithoutLanguage'> {
  return { syntax: 'nameWithoutLanguage', value };
}

export function nameIn(language: string, value: string): IppPlainValue<'nameWithLanguage'> {
  return { syntax: 'nameWithLanguage', value: { language, text: value } };
}

export function keyword(value: string): IppPlainValue<'keyword'> {
  return { syntax: 'keyword', value };
}

export function uri(value: string): IppPlainValue<'uri'> {
  return { syntax: 'uri', value };
}

export function uriScheme(value: string): IppPlainValue<'uriScheme'> {
  return { syntax: 'uriScheme', value };
}

export function charset(value: string): IppPlainValue<'charset'> {
  return { syntax: 'charset', value };
}

export function naturalLanguage(value: string): IppPlainValue<'naturalLanguage'> {
  return { syntax: 'naturalLanguage', value };
}

export function mimeMediaType(value: string): IppPlainValue<'mimeMediaType'> {
  return { syntax: 'mimeMediaType', value };
}

export function collection(...members: readonly IppAttribute[]): IppCollection {
  return { syntax: 'collection', value: members };
}

/** The out-of-band values (RFC 8011 5.1, RFC 3380 8). */
export const outOfBand = {
  unsupported: { syntax: 'unsupported', value: null },
  unknown: { syntax: 'unknown', value: null },
  noValue: { syntax: 'no-value', value: null },
  notSettable: { syntax: 'not-settable', value: null },
  deleteAttribute: { syntax: 'delete-attribute', value: null },
  adminDefine: { syntax: 'admin-define', value: null },
} as const satisfies Readonly<Record<string, IppPlainValue>>;

/** `attribute('copies', integer(2))`; the type asks for the one value that each attribute has. */
export function attribute(
  attributeName: string,
  ...values: readonly [IppValue, ...IppValue[]]
): IppAttribute {
  return { name: attributeName, values };
}

export function group(tag: IppGroupTag, ...attributes: readonly IppAttribute[]): IppGroup {
  return { tag, attributes };
}

/** The first group with the tag. */
export function groupOf(message: IppMessage, tag: IppGroupTag): IppGroup | undefined {
  return message.groups.find((candidate) => candidate.tag === tag);
}

/** The first attribute of the name, in the first group with the tag. */
export function attributeOf(
  message: IppMessage,
  tag: IppGroupTag,
  attributeName: string,
): IppAttribute | undefined {
  return groupOf(message, tag)?.attributes.find((candidate) => candidate.name === attributeName);
}

/** The first value of an attribute. */
export function first(
  message: IppMessage,
  tag: IppGroupTag,
  attributeName: string,
): IppValue | undefined {
  return attributeOf(message, tag, attributeName)?.values[0];
}

/** What a value holds if it is of the syntax: `payloadOf(value, 'integer')` is a number. */
export function payloadOf<S extends IppPlainSyntax>(
  value: IppValue | undefined,
  syntax: S,
): IppPayloads[S] | undefined {
  return value !== undefined && isOf(value, syntax) ? value.value : undefined;
}

/** What all values hold; undefined if there is no attribute or one value of another syntax. */
export function payloadsOf<S extends IppPlainSyntax>(
  from: IppAttribute | undefined,
  syntax: S,
): readonly IppPayloads[S][] | undefined {
  const values = from?.values.filter((value) => isOf(value, syntax));
  if (values === undefined || values.length !== from?.values.length) return undefined;
  return values.map((value) => value.value);
}

/** The string of a text or name, with a language or without. */
export function wordingOf(value: IppValue | undefined): string | undefined {
  const plain = payloadOf(value, 'textWithoutLanguage') ?? payloadOf(value, 'nameWithoutLanguage');
  const localized = payloadOf(value, 'textWithLanguage') ?? payloadOf(value, 'nameWithLanguage');
  return plain ?? localized?.text;
}

/** The longest beginning of a string that takes at most so many octets of UTF-8. */
export function clipToOctets(value: string, maxOctets: number): string {
  const octets = Buffer.from(value.toWellFormed(), 'utf8');
  let end = Math.min(octets.length, maxOctets);
  // An octet of 10xxxxxx goes on with a character that began before.
  while (end < octets.length && end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return octets.toString('utf8', 0, end);
}

function isOf<S extends IppPlainSyntax>(
  value: IppValue,
  syntax: S,
): value is IppPlainValue<S> & IppValue {
  return value.syntax === syntax;
}
