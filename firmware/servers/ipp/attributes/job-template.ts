// Job template attributes as printers and jobs show them, made from the rows of job-template.ts.
import { integer, keyword } from '../../../../monitors/wire/ipp/values.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { jobTemplate } from '../job-template.ts';
import type { JobSource, PrinterSource } from '../sources.ts';
import { marginAttributes, mediaCollection, mediaSizesSupported } from '../template/media.ts';
import { rowsOf } from './row.ts';

const row = rowsOf<PrinterSource>('job-template');

const defaultsAndSupported: readonly AttributeRow<PrinterSource>[] = jobTemplate.flatMap(
  ({ name, syntax, supportedSyntax, clause, byDefault, supported, restore }) => [
    row(
      `${name}-default`,
      syntax,
      ({ printer, abilities }) => restore(printer.defaults[name]) ?? byDefault(abilities),
      clause,
    ),
    row(
      `${name}-supported`,
      supportedSyntax ?? `1setOf (${syntax.replace('1setOf ', '')})`,
      ({ abilities }) => supported(abilities),
      clause,
    ),
  ],
);

const media: readonly AttributeRow<PrinterSource>[] = [
  row(
    'media-ready',
    '1setOf (type2 keyword | name(MAX))',
    ({ abilities }) => abilities.mediaReady.map(keyword),
    'RFC 8011 5.2.11',
  ),
  row(
    'media-col-ready',
    '1setOf collection',
    ({ abilities }) => abilities.mediaReady.map((name) => mediaCollection(name, abilities)),
    'PWG 5100.7 6.9.5',
  ),
  row(
    'media-size-supported',
    '1setOf collection',
    ({ abilities }) => mediaSizesSupported(abilities),
    'PWG 5100.7 6.9.35',
  ),
  row(
    'media-source-supported',
    '1setOf (type2 keyword | name(MAX))',
    ({ abilities }) => abilities.mediaSources.map(keyword),
    'PWG 5100.7 6.9.36',
  ),
  row(
    'media-type-supported',
    '1setOf (type2 keyword | name(MAX))',
    ({ abilities }) => abilities.mediaTypes.map(keyword),
    'PWG 5100.7 6.9.40',
  ),
  ...marginAttributes.map((name) =>
    row(
      name,
      '1setOf integer(0:MAX)',
      ({ abilities }) => integer(abilities.marginHundredthsMm),
      'PWG 5100.7 6.9.2',
    ),
  ),
  {
    ...row(
      'media-col-database',
      '1setOf collection',
      ({ abilities }) => abilities.media.map((name) => mediaCollection(name, abilities)),
      'PWG 5100.7 6.9.1',
    ),
    onlyWhenNamed: true,
  },
];

export const printerJobTemplate: readonly AttributeRow<PrinterSource>[] = [
  ...defaultsAndSupported,
  ...media,
];

/** What the client asked for; copies and priority as the spooler has them now. */
export const jobJobTemplate: readonly AttributeRow<JobSource>[] = jobTemplate.map(
  ({ name, syntax, clause, restore }) => ({
    name,
    syntax,
    group: 'job-template',
    source: ({ job }) => {
      if (name === 'copies') return [integer(job.copies)];
      if (name === 'job-priority') return [integer(job.priority)];
      return Object.hasOwn(job.attributes, name) ? restore(job.attributes[name]) : undefined;
    },
    settable: false,
    clause,
  }),
);
