// Job template attributes of the page: kept with the job, for a device that can be told.
import { boolean, enumValue, integer, resolution } from '../../../../monitors/wire/ipp/values.ts';
import { enumsForm, integerForm, rangesForm, resolutionForm } from './form.ts';
import { enumRow, keywordRow, type JobTemplateRow } from './row.ts';

const orientations = [3, 4, 5, 6] as const;

export const pageRows: readonly JobTemplateRow[] = [
  keywordRow('sides', ({ sides }) => sides, 'RFC 8011 5.2.8'),
  {
    name: 'finishings',
    syntax: '1setOf type2 enum',
    clause: 'RFC 8011 5.2.6',
    byDefault: ({ finishings }) => [enumValue(finishings[0])],
    supported: ({ finishings }) => finishings.map(enumValue),
    ...enumsForm(({ finishings }) => finishings),
  },
  {
    name: 'number-up',
    syntax: 'integer(1:MAX)',
    clause: 'RFC 8011 5.2.9',
    byDefault: () => [integer(1)],
    supported: () => [integer(1)],
    ...integerForm(1, 1),
  },
  {
    name: 'page-ranges',
    syntax: '1setOf rangeOfInteger(1:MAX)',
    supportedSyntax: 'boolean',
    clause: 'RFC 8011 5.2.7',
    byDefault: () => undefined,
    supported: () => [boolean(true)],
    ...rangesForm,
  },
  enumRow('orientation-requested', orientations, 'RFC 8011 5.2.10'),
  enumRow('print-quality', ({ qualities }) => qualities, 'RFC 8011 5.2.13'),
  keywordRow(
    'output-bin',
    ({ outputBins }) => outputBins,
    'PWG 5100.2 2.1',
    'type2 keyword | name(MAX)',
  ),
  {
    name: 'printer-resolution',
    syntax: 'resolution',
    clause: 'RFC 8011 5.2.12',
    byDefault: ({ resolutionsDpi: [first] }) => [resolution(first, first, 'dpi')],
    supported: ({ resolutionsDpi }) => resolutionsDpi.map((dpi) => resolution(dpi, dpi, 'dpi')),
    ...resolutionForm,
  },
  keywordRow('print-color-mode', ({ colorModes }) => colorModes, 'PWG 5100.13 6.2.3'),
  keywordRow('print-content-optimize', ['auto'], 'PWG 5100.7 6.10'),
  keywordRow('print-rendering-intent', ['auto'], 'PWG 5100.13 6.2.4'),
  keywordRow('print-scaling', ['auto', 'fit', 'fill', 'none'], 'PWG 5100.13 6.2.5'),
];

/** The attributes that may differ for some pages of a job (PWG 5100.6 4.1). */
export const overridable: readonly JobTemplateRow[] = pageRows.filter(({ name }) =>
  ['sides', 'orientation-requested', 'print-quality', 'print-color-mode'].includes(name),
);
