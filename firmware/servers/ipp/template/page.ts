// Job template attributes of the page: what a raw printer can promise is one way only, until its
// device says more.
import { media, mediaCollection, mediaSizes } from './media.ts';
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import {
  enumValue,
  integer,
  keyword,
  payloadOf,
  resolution,
} from '../../../../monitors/wire/ipp/values.ts';
import { enumRow, keptEnums, keptInteger, keywordRow, type JobTemplateRow } from './row.ts';

const finishingsNone = 3;
const portrait = 3;
const qualityNormal = 4;
const dotsPerInch = 600;

export const pageRows: readonly JobTemplateRow[] = [
  keywordRow('sides', ['one-sided'], 'RFC 8011 5.2.8'),
  {
    name: 'finishings',
    syntax: '1setOf type2 enum',
    clause: 'RFC 8011 5.2.6',
    several: true,
    accepts: (value) => payloadOf(value, 'enum') === finishingsNone,
    byDefault: [enumValue(finishingsNone)],
    supported: [enumValue(finishingsNone)],
    ...keptEnums,
  },
  {
    name: 'number-up',
    syntax: 'integer(1:MAX)',
    clause: 'RFC 8011 5.2.9',
    accepts: (value) => payloadOf(value, 'integer') === 1,
    byDefault: [integer(1)],
    supported: [integer(1)],
    ...keptInteger,
  },
  enumRow('orientation-requested', [portrait], 'RFC 8011 5.2.10'),
  enumRow('print-quality', [qualityNormal], 'RFC 8011 5.2.13'),
  keywordRow('output-bin', ['face-down'], 'PWG 5100.2 2.1', 'type2 keyword | name(MAX)'),
  {
    name: 'printer-resolution',
    syntax: 'resolution',
    clause: 'RFC 8011 5.2.12',
    accepts: isTheResolution,
    byDefault: [resolution(dotsPerInch, dotsPerInch, 'dpi')],
    supported: [resolution(dotsPerInch, dotsPerInch, 'dpi')],
    keep: () => ({ crossFeed: dotsPerInch, feed: dotsPerInch, units: 'dpi' }),
    restore: () => [resolution(dotsPerInch, dotsPerInch, 'dpi')],
  },
  {
    ...keywordRow('media', mediaSizes, 'RFC 8011 5.2.11', 'type2 keyword | name(MAX)'),
  },
  {
    name: 'media-col',
    syntax: 'collection',
    clause: 'PWG 5100.7 6.3',
    accepts: (value) => media.nameOf(value) !== undefined,
    byDefault: [mediaCollection(mediaSizes[0])],
    supported: ['media-size', 'media-size-name'].map(keyword),
    keep: ([value]) => ({ 'media-size-name': media.nameOf(value) }),
    restore: (kept) => media.restore(kept),
  },
];

function isTheResolution(value: IppValue): boolean {
  const asked = payloadOf(value, 'resolution');
  return asked?.units === 'dpi' && asked.crossFeed === dotsPerInch && asked.feed === dotsPerInch;
}
