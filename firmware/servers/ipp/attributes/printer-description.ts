// Printer description attributes (RFC 8011 5.4): what the printer is, and what its server can do.
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import {
  boolean,
  charset,
  clipToOctets,
  dateTime,
  enumValue,
  integer,
  keyword,
  mimeMediaType,
  name,
  naturalLanguage,
  outOfBand,
  text,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import { spoolLimits } from '../../../limits/spool-limits.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { anyFormat } from '../../../printers/settings.ts';
import { compressionsSupported, formatsOf } from '../documents.ts';
import { jobTemplate } from '../job-template.ts';
import type { PrinterSource } from '../sources.ts';
import { whichJobs } from '../which-jobs.ts';

const make = 'Platen';
/** text(127) and name(127). */
const shortOctets = 127;
const textOctets = 1023;

/** The versions whose required operations and attributes are here; others are answered too. */
const versionsSupported = ['1.1', '2.0'];

function row(
  attributeName: string,
  syntax: string,
  source: (source: PrinterSource) => IppValue | readonly IppValue[] | undefined,
  clause: string,
): AttributeRow<PrinterSource> {
  return {
    name: attributeName,
    syntax,
    group: 'printer-description',
    source: (from) => {
      const values = source(from);
      return values === undefined || !('syntax' in values) ? values : [values];
    },
    settable: false,
    clause,
  };
}

const stateNumbers = { idle: 3, processing: 4, stopped: 5 } as const;

const names: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-uri-supported',
    '1setOf uri',
    ({ uris, printer }) => uri(uris.printer(printer.name)),
    'RFC 8011 5.4.1',
  ),
  row(
    'uri-security-supported',
    '1setOf type2 keyword',
    ({ uris }) => keyword(uris.secure ? 'tls' : 'none'),
    'RFC 8011 5.4.3',
  ),
  row(
    'uri-authentication-supported',
    '1setOf type2 keyword',
    () => keyword('requesting-user-name'),
    'RFC 8011 5.4.2',
  ),
  row(
    'printer-name',
    'name(127)',
    ({ printer }) => name(clipToOctets(printer.name, shortOctets)),
    'RFC 8011 5.4.4',
  ),
  row(
    'printer-location',
    'text(127)',
    ({ printer }) => text(clipToOctets(printer.location, shortOctets)),
    'RFC 8011 5.4.5',
  ),
  row(
    'printer-info',
    'text(127)',
    ({ printer }) => text(clipToOctets(printer.description || printer.name, shortOctets)),
    'RFC 8011 5.4.6',
  ),
  row(
    'printer-more-info',
    'uri',
    ({ uris, printer }) => uri(uris.page(printer.name)),
    'RFC 8011 5.4.7',
  ),
  row('printer-make-and-model', 'text(127)', () => text(make), 'RFC 8011 5.4.9'),
  row(
    'printer-uuid',
    'uri(45)',
    ({ printer }) => uri(`urn:uuid:${printer.id}`),
    'PWG 5100.13 6.6.8',
  ),
];

const state: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-state',
    'type1 enum',
    ({ status }) => enumValue(stateNumbers[status.state]),
    'RFC 8011 5.4.11',
  ),
  row(
    'printer-state-reasons',
    '1setOf type2 keyword',
    ({ status }) => (status.reasons.length > 0 ? status.reasons : ['none']).map(keyword),
    'RFC 8011 5.4.12',
  ),
  row(
    'printer-state-message',
    'text(MAX)',
    ({ status }) => text(clipToOctets(status.message, textOctets)),
    'RFC 8011 5.4.13',
  ),
  row(
    'printer-is-accepting-jobs',
    'boolean',
    ({ printer }) => boolean(printer.accepting),
    'RFC 8011 5.4.23',
  ),
  row(
    'queued-job-count',
    'integer(0:MAX)',
    ({ status }) => integer(status.queuedJobCount),
    'RFC 8011 5.4.24',
  ),
  row(
    'printer-up-time',
    'integer(1:MAX)',
    ({ now }) => integer(now.upTimeSeconds),
    'RFC 8011 5.4.29',
  ),
  row(
    'printer-current-time',
    'dateTime | unknown',
    ({ now }) => (now.wall.trusted ? dateTime(now.wall.ms) : outOfBand.unknown),
    'RFC 8011 5.4.30',
  ),
];

const abilities: readonly AttributeRow<PrinterSource>[] = [
  row(
    'ipp-versions-supported',
    '1setOf type2 keyword',
    () => versionsSupported.map(keyword),
    'RFC 8011 5.4.14',
  ),
  row(
    'operations-supported',
    '1setOf type2 enum',
    ({ operations }) => operations.map(enumValue),
    'RFC 8011 5.4.15',
  ),
  row('multiple-document-jobs-supported', 'boolean', () => boolean(true), 'RFC 8011 5.4.16'),
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
    'document-format-default',
    'mimeMediaType',
    () => mimeMediaType(anyFormat),
    'RFC 8011 5.4.21',
  ),
  row(
    'document-format-supported',
    '1setOf mimeMediaType',
    ({ printer }) => formatsOf(printer).map(mimeMediaType),
    'RFC 8011 5.4.22',
  ),
  row('color-supported', 'boolean', () => boolean(false), 'RFC 8011 5.4.26'),
  row('pages-per-minute', 'integer(0:MAX)', () => integer(0), 'RFC 8011 5.4.36'),
  row('pdl-override-supported', 'type2 keyword', () => keyword('not-attempted'), 'RFC 8011 5.4.28'),
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
    'compression-supported',
    '1setOf type2 keyword',
    () => compressionsSupported.map(keyword),
    'RFC 8011 5.4.32',
  ),
  row(
    'printer-get-attributes-supported',
    '1setOf type2 keyword',
    () => keyword('document-format'),
    'PWG 5100.13 6.5.7',
  ),
  row(
    'job-creation-attributes-supported',
    '1setOf type2 keyword',
    () =>
      ['job-name', 'ipp-attribute-fidelity', ...jobTemplate.map((each) => each.name)].map(keyword),
    'PWG 5100.11 8.1',
  ),
  row(
    'which-jobs-supported',
    '1setOf type2 keyword',
    () => whichJobs.map(keyword),
    'PWG 5100.11 8.5',
  ),
];

export const printerDescription: readonly AttributeRow<PrinterSource>[] = [
  ...names,
  ...state,
  ...abilities,
];
