// What an IPP printer says of what it takes and of its supplies, read from any answer at all
// (RFC 8011 5.4, PWG 5100.7, 5100.13, 5102.4; marker-… as CUPS has them).
import type { DeviceFacts, DeviceTakes, SupplyFacts } from '../device-facts.ts';
import type { IppMessage, IppValue } from '../wire/ipp/message.ts';
import { attributeOf, first, payloadOf, wordingOf } from '../wire/ipp/values.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { shown } from './printer-facts.ts';

const margins = ['bottom', 'left', 'right', 'top'].map((edge) => `media-${edge}-margin-supported`);

/** Asked for by name: a printer has hundreds of others. */
export const deviceFactNames: readonly string[] = [
  'printer-make-and-model',
  'printer-device-id',
  'document-format-supported',
  'color-supported',
  'sides-supported',
  'sides-default',
  'media-supported',
  'media-default',
  'media-ready',
  'media-source-supported',
  'media-type-supported',
  ...margins,
  'print-color-mode-supported',
  'print-color-mode-default',
  'printer-resolution-supported',
  'printer-resolution-default',
  'print-quality-supported',
  'print-quality-default',
  'finishings-supported',
  'finishings-default',
  'output-bin-supported',
  'output-bin-default',
  'pages-per-minute',
  'pages-per-minute-color',
  'pwg-raster-document-type-supported',
  'pwg-raster-document-resolution-supported',
  'pwg-raster-document-sheet-back',
  'urf-supported',
  'marker-names',
  'marker-types',
  'marker-levels',
  'marker-colors',
];

/** A member is left out where the printer does not say, or says what can't be. */
export function readDeviceFacts(answer: IppMessage): DeviceFacts {
  const words = (name: string) => shown(wordingOf(one(answer, name)) ?? '');
  const supplies = readSupplies(answer);
  return {
    ...present('makeAndModel', words('printer-make-and-model') || undefined),
    ...present('deviceId', words('printer-device-id') || undefined),
    ...(supplies.length === 0 ? {} : { supplies }),
    takes: readTakes(answer),
  };
}

function readTakes(answer: IppMessage): DeviceTakes {
  const keywords = (name: string, most: number = limits.listed) =>
    filled(defaultFirst(answer, name, keywordOf, most));
  const enums = (name: string) =>
    filled(defaultFirst(answer, name, (value) => payloadOf(value, 'enum'), limits.listed));
  const number = (name: string) => {
    const value = payloadOf(one(answer, name), 'integer');
    return value === undefined || value <= 0 ? undefined : value;
  };
  const formats = all(answer, 'document-format-supported', limits.formats)
    .flatMap((value) => payloadOf(value, 'mimeMediaType')?.toLowerCase() ?? [])
    .filter((format) => mediaType.test(format));
  return {
    ...present('formats', filled(formats)),
    ...present('color', payloadOf(one(answer, 'color-supported'), 'boolean')),
    ...present('sides', keywords('sides')),
    ...present('media', keywords('media', limits.media)),
    ...present('mediaReady', listOf(answer, 'media-ready')),
    ...present('mediaSources', listOf(answer, 'media-source-supported')),
    ...present('mediaTypes', listOf(answer, 'media-type-supported')),
    ...present('marginHundredthsMm', widestMargin(answer)),
    ...present('colorModes', keywords('print-color-mode')),
    ...present('resolutionsDpi', filled(resolutions(answer, 'printer-resolution'))),
    ...present('qualities', enums('print-quality')),
    ...present('finishings', enums('finishings')),
    ...present('outputBins', keywords('output-bin')),
    ...present('pagesPerMinute', number('pages-per-minute')),
    ...present('pagesPerMinuteColor', number('pages-per-minute-color')),
    ...present('rasterTypes', listOf(answer, 'pwg-raster-document-type-supported')),
    ...present(
      'rasterResolutionsDpi',
      filled(resolutions(answer, 'pwg-raster-document-resolution')),
    ),
    ...present('rasterSheetBack', keywordOf(one(answer, 'pwg-raster-document-sheet-back'))),
    ...present('urf', listOf(answer, 'urf-supported')),
  };
}

const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const plain = /^[A-Za-z0-9][-A-Za-z0-9_.]*$/;

function one(answer: IppMessage, name: string): IppValue | undefined {
  return first(answer, 'printer-attributes', name);
}

function all(answer: IppMessage, name: string, most: number): readonly IppValue[] {
  const values = attributeOf(answer, 'printer-attributes', name)?.values ?? [];
  return values.slice(0, most);
}

/** A keyword, or a name in its place (media, output-bin); others are no use to clients. */
function keywordOf(value: IppValue | undefined): string | undefined {
  const text = payloadOf(value, 'keyword') ?? wordingOf(value);
  if (text === undefined || text.length > limits.keywordLength) return undefined;
  return plain.test(text) ? text : undefined;
}

function listOf(answer: IppMessage, name: string): readonly string[] | undefined {
  return filled(all(answer, name, limits.listed).flatMap((value) => keywordOf(value) ?? []));
}

/** NAME-supported with NAME-default in front, where it is one of them. */
function defaultFirst<T extends string | number>(
  answer: IppMessage,
  name: string,
  read: (value: IppValue | undefined) => T | undefined,
  most: number,
): readonly T[] {
  const values = all(answer, `${name}-supported`, most).flatMap((value) => read(value) ?? []);
  const preferred = read(one(answer, `${name}-default`));
  if (preferred === undefined || !values.includes(preferred)) return [...new Set(values)];
  return [...new Set([preferred, ...values])];
}

function resolutions(answer: IppMessage, name: string): readonly number[] {
  return defaultFirst(
    answer,
    name,
    (value) => {
      const asked = payloadOf(value, 'resolution');
      const isSquare = asked?.units === 'dpi' && asked.feed === asked.crossFeed && asked.feed > 0;
      return isSquare ? asked.feed : undefined;
    },
    limits.listed,
  );
}

/** Of every edge the smallest that is possible; of those the widest holds for all. */
function widestMargin(answer: IppMessage): number | undefined {
  const smallest = margins.flatMap((name) => {
    const values = all(answer, name, limits.listed).flatMap(
      (value) => payloadOf(value, 'integer') ?? [],
    );
    const possible = values.filter((value) => value >= 0);
    return possible.length === 0 ? [] : [Math.min(...possible)];
  });
  return smallest.length === 0 ? undefined : Math.max(...smallest);
}

const percent = 19;
const special = { '-1': 'other', '-2': 'unknown', '-3': 'some' } as const;

const colorants: Readonly<Record<string, string>> = {
  '#000000': 'black',
  '#00FFFF': 'cyan',
  '#FF00FF': 'magenta',
  '#FFFF00': 'yellow',
};

/** One of each list belongs together; a level that is missing is not known. */
function readSupplies(answer: IppMessage): readonly SupplyFacts[] {
  const lists = ['marker-types', 'marker-levels', 'marker-colors'].map((name) =>
    all(answer, name, limits.listed),
  );
  return all(answer, 'marker-names', limits.listed).map((value, at) => {
    const [type, level, color] = lists.map((list) => list[at]);
    const name = keywordOf(type) ?? 'unknown';
    const kind = /waste/.test(name) ? 'filled' : 'consumed';
    const colorant = colorants[(wordingOf(color) ?? '').toUpperCase()];
    return {
      name: shown(wordingOf(value) ?? ''),
      type: name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      kind,
      unit: percent,
      capacity: 100,
      level: levelOf(payloadOf(level, 'integer'), kind),
      ...(colorant === undefined ? {} : { colorant }),
    };
  });
}

/** IPP says how full a receptacle is, RFC 3805 how much space it has left. */
function levelOf(level: number | undefined, kind: SupplyFacts['kind']): SupplyFacts['level'] {
  if (level === undefined || level > 100 || level < -3) return 'unknown';
  if (level === -1 || level === -2 || level === -3) return special[`${level}`];
  return kind === 'filled' ? 100 - level : level;
}

function filled<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function present<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [N in Name]?: T } {
  const member: { [N in Name]?: T } = {};
  if (value !== undefined) member[name] = value;
  return member;
}
