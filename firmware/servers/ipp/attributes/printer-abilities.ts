// Printer description attributes of what the server can do for any printer (RFC 8011 5.4).
import {
  boolean,
  charset,
  enumValue,
  integer,
  keyword,
  mimeMediaType,
  naturalLanguage,
  range,
} from '../../../../monitors/wire/ipp/values.ts';
import { spoolLimits } from '../../../limits/spool-limits.ts';
import { anyFormat } from '../../../printers/settings.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { isIppEverywhere } from '../abilities.ts';
import { compressionsSupported } from '../compressions.ts';
import { jobTemplateNames } from '../job-template.ts';
import { jobSettableNames, printerSettableNames } from '../settable.ts';
import type { PrinterSource } from '../sources.ts';
import { whichJobs } from '../which-jobs.ts';
import { rowsOf } from './row.ts';

/** The versions whose required operations and attributes are here. */
const versionsSupported = ['1.0', '1.1', '2.0', '2.1', '2.2'];

const integerMax = 0x7fffffff;

const row = rowsOf<PrinterSource>('printer-description');

const protocol: readonly AttributeRow<PrinterSource>[] = [
  row(
    'ipp-versions-supported',
    '1setOf type2 keyword',
    () => versionsSupported.map(keyword),
    'RFC 8011 5.4.14',
  ),
  row(
    'ipp-features-supported',
    '1setOf type2 keyword',
    ({ abilities }) => [
      ...(isIppEverywhere(abilities.formats) ? [keyword('ipp-everywhere')] : []),
      keyword('subscription-object'),
    ],
    'PWG 5100.13 6.5.3',
  ),
  row(
    'operations-supported',
    '1setOf type2 enum',
    ({ operations }) => operations.map(enumValue),
    'RFC 8011 5.4.15',
  ),
  row('charset-configured', 'charset', () => charset('utf-8'), 'RFC 8011 5.4.17'),
  row('charset-supported', '1setOf charset', () => charset('utf-8'), 'RFC 8011 5.4.18'),
  row(
    'natural-language-configured',
    'naturalLanguage',
    () => naturalLanguage('en'),
    'RFC 8011 5.4.19',
  ),
  row(
    'generated-natural-language-supported',
    '1setOf naturalLanguage',
    () => naturalLanguage('en'),
    'RFC 8011 5.4.20',
  ),
  row(
    'printer-get-attributes-supported',
    '1setOf type2 keyword',
    () => keyword('document-format'),
    'PWG 5100.13 6.5.7',
  ),
  row(
    'printer-settable-attributes-supported',
    '1setOf type2 keyword',
    () => printerSettableNames.map(keyword),
    'RFC 3380 7.2',
  ),
  row(
    'job-settable-attributes-supported',
    '1setOf type2 keyword',
    () => jobSettableNames.map(keyword),
    'RFC 3380 7.1',
  ),
  row('preferred-attributes-supported', 'boolean', () => boolean(false), 'PWG 5100.13 6.5.4'),
];

const documents: readonly AttributeRow<PrinterSource>[] = [
  row(
    'document-format-default',
    'mimeMediaType',
    () => mimeMediaType(anyFormat),
    'RFC 8011 5.4.21',
  ),
  row(
    'document-format-supported',
    '1setOf mimeMediaType',
    ({ abilities }) => abilities.formats.map(mimeMediaType),
    'RFC 8011 5.4.22',
  ),
  row(
    'compression-supported',
    '1setOf type2 keyword',
    () => compressionsSupported.map(keyword),
    'RFC 8011 5.4.32',
  ),
  row('pdl-override-supported', 'type2 keyword', () => keyword('not-attempted'), 'RFC 8011 5.4.28'),
  row('document-password-supported', 'integer(0:1023)', () => integer(0), 'PWG 5100.13 6.5.2'),
];

const jobs: readonly AttributeRow<PrinterSource>[] = [
  row('multiple-document-jobs-supported', 'boolean', () => boolean(true), 'RFC 8011 5.4.16'),
  row(
    'multiple-operation-time-out',
    'integer(1:MAX)',
    () => integer(spoolLimits.multipleOperationTimeoutMs / 1000),
    'RFC 8011 5.4.31',
  ),
  row(
    'multiple-operation-time-out-action',
    'type2 keyword',
    () => keyword('process-job'),
    'PWG 5100.13 6.5.6',
  ),
  row(
    'job-creation-attributes-supported',
    '1setOf type2 keyword',
    () => ['job-name', 'ipp-attribute-fidelity', ...jobTemplateNames].map(keyword),
    'PWG 5100.11 8.1',
  ),
  row('job-ids-supported', 'boolean', () => boolean(true), 'PWG 5100.11 8.2'),
  row('job-password-supported', 'integer(0:255)', () => integer(0), 'PWG 5100.11 8.4'),
  row(
    'job-password-encryption-supported',
    '1setOf type2 keyword',
    () => keyword('none'),
    'PWG 5100.11 8.3',
  ),
  row(
    'job-k-octets-supported',
    'rangeOfInteger(0:MAX)',
    () => range(0, integerMax),
    'RFC 8011 5.4.33',
  ),
  row('job-spooling-supported', 'type2 keyword', () => keyword('spool'), 'PWG 5100.7 6.9.31'),
  row(
    'which-jobs-supported',
    '1setOf type2 keyword',
    () => whichJobs.map(keyword),
    'PWG 5100.11 8.5',
  ),
];

export const printerAbilities: readonly AttributeRow<PrinterSource>[] = [
  ...protocol,
  ...documents,
  ...jobs,
];
