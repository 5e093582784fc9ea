// TXT entries of a printer, made from its IPP attributes, so that the two can not disagree (Bonjour
// Printing 1.2.1, PWG 5100.14 4.2.3).
import type { IppAttribute } from '../../monitors/wire/ipp/message.ts';
import { payloadOf, payloadsOf, wordingOf } from '../../monitors/wire/ipp/values.ts';
import { parseTargetUri } from '../servers/ipp/uris.ts';
import type { TxtEntry } from './txt-entry.ts';

/** One row: a key, the attribute that says it, and how it is said in text. */
interface TxtRow {
  readonly key: string;
  readonly attribute: string;
  /** Undefined: the entry is left out. */
  readonly value: (attribute: IppAttribute, key: string) => string | undefined;
}

/** A key, `=` and its value have at most this many octets (RFC 6763 6.1). */
const entryOctets = 255;

const rows: readonly TxtRow[] = [
  { key: 'rp', attribute: 'printer-uri-supported', value: resourcePath },
  { key: 'ty', attribute: 'printer-make-and-model', value: wording },
  {
    key: 'product',
    attribute: 'printer-make-and-model',
    value: (attribute) => optional(wording(attribute), (model) => `(${model})`),
  },
  { key: 'note', attribute: 'printer-location', value: wording },
  { key: 'adminurl', attribute: 'printer-more-info', value: uriText },
  {
    key: 'UUID',
    attribute: 'printer-uuid',
    value: (attribute) => uriText(attribute)?.replace(/^urn:uuid:/, ''),
  },
  {
    key: 'pdl',
    attribute: 'document-format-supported',
    value: (attribute, key) => list(payloadsOf(attribute, 'mimeMediaType'), key),
  },
  {
    key: 'URF',
    attribute: 'urf-supported',
    value: (attribute, key) => list(payloadsOf(attribute, 'keyword'), key),
  },
  {
    key: 'kind',
    attribute: 'printer-kind',
    value: (attribute, key) => list(payloadsOf(attribute, 'keyword'), key),
  },
  {
    key: 'Color',
    attribute: 'color-supported',
    value: (attribute) => yesOrNo(payloadOf(attribute.values[0], 'boolean')),
  },
  {
    key: 'Duplex',
    attribute: 'sides-supported',
    value: (attribute) => yesOrNo(keywordsOf(attribute)?.some((each) => each.startsWith('two-'))),
  },
  {
    key: 'Copies',
    attribute: 'copies-supported',
    value: (attribute) =>
      yesOrNo((payloadOf(attribute.values[0], 'rangeOfInteger')?.upper ?? 1) > 1),
  },
  {
    key: 'Collate',
    attribute: 'multiple-document-handling-supported',
    value: (attribute) =>
      yesOrNo(keywordsOf(attribute)?.includes('separate-documents-collated-copies')),
  },
  // RFC 8011 5.2.6: 4 staple, 5 punch, 7 bind.
  { key: 'Staple', attribute: 'finishings-supported', value: (each) => hasFinishing(each, 4) },
  { key: 'Punch', attribute: 'finishings-supported', value: (each) => hasFinishing(each, 5) },
  { key: 'Bind', attribute: 'finishings-supported', value: (each) => hasFinishing(each, 7) },
  { key: 'PaperMax', attribute: 'media-supported', value: largestPaper },
  { key: 'air', attribute: 'uri-authentication-supported', value: authentication },
];

/** The attributes that `printerTxt` wants to see. */
export const txtAttributes: readonly string[] = [
  ...new Set(rows.map(({ attribute }) => attribute)),
];

/** `txtvers` first (RFC 6763 6.7), then what the attributes say; empty values are left out. */
export function printerTxt(attributes: readonly IppAttribute[]): readonly TxtEntry[] {
  const byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  const said = rows.flatMap(({ key, attribute, value }) => {
    const from = byName.get(attribute);
    const text = from === undefined ? undefined : value(from, key);
    return text === undefined || text === '' ? [] : [{ key, value: text }];
  });
  return [{ key: 'txtvers', value: '1' }, { key: 'qtotal', value: '1' }, ...said];
}

/** What IPP Everywhere and AirPrint call their printers, where it is true (PWG 5100.14 4.2.2). */
export function printerSubtypes(attributes: readonly IppAttribute[]): readonly string[] {
  const formats = attributes.find(({ name }) => name === 'document-format-supported');
  const takes = (format: string) => payloadsOf(formats, 'mimeMediaType')?.includes(format) === true;
  const saysUrf = attributes.some(({ name }) => name === 'urf-supported');
  return [
    ...(takes('image/pwg-raster') ? ['_print'] : []),
    ...(takes('image/urf') && saysUrf ? ['_universal'] : []),
  ];
}

/** The path of printer-uri without its first slash, decoded: clients encode it themselves. */
function resourcePath(attribute: IppAttribute): string | undefined {
  const target = parseTargetUri(uriText(attribute) ?? '');
  return target?.kind === 'printer' && target.printer !== undefined
    ? `ipp/print/${target.printer}`
    : undefined;
}

function wording(attribute: IppAttribute): string | undefined {
  return wordingOf(attribute.values[0]);
}

function uriText(attribute: IppAttribute): string | undefined {
  return payloadOf(attribute.values[0], 'uri');
}

function keywordsOf(attribute: IppAttribute): readonly string[] | undefined {
  return payloadsOf(attribute, 'keyword');
}

/** As many of a list as fit. */
function list(values: readonly string[] | undefined, key: string): string | undefined {
  let text = '';
  for (const value of values ?? []) {
    const longer = text === '' ? value : `${text},${value}`;
    if (Buffer.byteLength(`${key}=${longer}`) > entryOctets) break;
    text = longer;
  }
  return text;
}

function yesOrNo(value: boolean | undefined): string | undefined {
  return optional(value, (known) => (known ? 'T' : 'F'));
}

function hasFinishing(attribute: IppAttribute, finishing: number): string | undefined {
  return yesOrNo(payloadsOf(attribute, 'enum')?.includes(finishing));
}

/** Bonjour Printing 1.2.1, table 3, by the short and long edge in hundredths of a millimetre. */
const papers = [
  { name: 'tabloid-A3', short: 27_900, long: 41_900 },
  { name: 'legal-A4', short: 20_900, long: 29_600 },
] as const;

const mediaSize = /_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)$/;

/** From self-describing names: iso_a4_210x297mm (PWG 5101.1 5). */
function largestPaper(attribute: IppAttribute): string | undefined {
  const sizes = (keywordsOf(attribute) ?? []).flatMap((media) => {
    const [, x, y, unit] = mediaSize.exec(media) ?? [];
    if (x === undefined || y === undefined) return [];
    const scale = unit === 'in' ? 2_540 : 100;
    const edges = [Number(x) * scale, Number(y) * scale];
    return [{ short: Math.min(...edges), long: Math.max(...edges) }];
  });
  if (sizes.length === 0) return undefined;
  const fitting = papers.find(({ short, long }) =>
    sizes.some((size) => size.short >= short && size.long >= long),
  );
  return fitting?.name ?? '<legal-A4';
}

function authentication(attribute: IppAttribute): string | undefined {
  const ways = keywordsOf(attribute);
  if (ways?.includes('basic') === true || ways?.includes('digest') === true) {
    return 'username,password';
  }
  if (ways?.includes('negotiate') === true) return 'negotiate';
  return ways?.includes('certificate') === true ? 'certificate' : 'none';
}

function optional<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value);
}
