// Printer description attributes (RFC 8011 5.4): what the printer is and in which state.
import {
  boolean,
  clipToOctets,
  dateTime,
  enumValue,
  integer,
  keyword,
  name,
  outOfBand,
  text,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Moment } from '../../../jobs/job.ts';
import { needsLogIn } from '../../../printers/access.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { makeAndModelOf } from '../device-text.ts';
import { upTimeAt, type IppNow, type PrinterSource } from '../sources.ts';
import { rowsOf } from './row.ts';

/** text(127) and name(127). */
const shortOctets = 127;
const textOctets = 1023;

const row = rowsOf<PrinterSource>('printer-description');

const stateNumbers = { idle: 3, processing: 4, stopped: 5 } as const;

const names: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-uri-supported',
    '1setOf uri',
    ({ uris, printer }) =>
      uris.ways(printer.name, needsLogIn(printer.access)).map((way) => uri(way.uri)),
    'RFC 8011 5.4.1',
  ),
  row(
    'uri-security-supported',
    '1setOf type2 keyword',
    ({ uris, printer }) =>
      uris.ways(printer.name, needsLogIn(printer.access)).map(({ security }) => keyword(security)),
    'RFC 8011 5.4.3',
  ),
  row(
    'uri-authentication-supported',
    '1setOf type2 keyword',
    ({ uris, printer }) =>
      uris
        .ways(printer.name, needsLogIn(printer.access))
        .map(({ authentication }) => keyword(authentication)),
    'RFC 8011 5.4.2',
  ),
  row(
    'printer-name',
    'name(127)',
    ({ printer }) => name(clipToOctets(printer.name, shortOctets)),
    'RFC 8011 5.4.4',
  ),
  {
    ...row(
      'printer-location',
      'text(127)',
      ({ printer }) => text(clipToOctets(printer.location, shortOctets)),
      'RFC 8011 5.4.5',
    ),
    settable: true,
  },
  {
    ...row(
      'printer-info',
      'text(127)',
      ({ printer }) => text(clipToOctets(printer.description || printer.name, shortOctets)),
      'RFC 8011 5.4.6',
    ),
    settable: true,
  },
  row(
    'printer-more-info',
    'uri',
    ({ uris, printer }) => uri(uris.page(printer.name)),
    'RFC 8011 5.4.7',
  ),
  row(
    'printer-make-and-model',
    'text(127)',
    ({ device }) => text(clipToOctets(makeAndModelOf(device), shortOctets)),
    'RFC 8011 5.4.9',
  ),
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
    'printer-state-change-time',
    'integer(0:MAX)',
    ({ stateChangedAt, now }) => upTime(stateChangedAt, now),
    'RFC 3995 8.2.2',
  ),
  row(
    'printer-state-change-date-time',
    'dateTime | unknown',
    ({ stateChangedAt }) => when(stateChangedAt),
    'RFC 3995 8.2.3',
  ),
  row(
    'printer-config-change-time',
    'integer(0:MAX)',
    (source) => upTime(configChangedAt(source), source.now),
    'PWG 5100.13 6.6.2',
  ),
  row(
    'printer-config-change-date-time',
    'dateTime | unknown',
    (source) => when(configChangedAt(source)),
    'PWG 5100.13 6.6.1',
  ),
  {
    ...row(
      'printer-message-from-operator',
      'text(127)',
      ({ printer }) => text(clipToOctets(printer.note, shortOctets)),
      'RFC 8011 5.4.25',
    ),
    settable: true,
  },
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

export const printerDescription: readonly AttributeRow<PrinterSource>[] = [...names, ...state];

function upTime(moment: Moment, now: IppNow) {
  return integer(Math.max(0, upTimeAt(moment, now)));
}

/** Settings, printer data or files, whichever changed last. */
function configChangedAt({ printer, queue }: PrinterSource): Moment {
  const { changedAt } = queue;
  return changedAt !== undefined && changedAt.ms > printer.changedAt.ms
    ? changedAt
    : printer.changedAt;
}

/** A moment of a clock that nobody had set is worse than none. */
function when(moment: Moment) {
  return moment.trusted ? dateTime(moment.ms) : outOfBand.unknown;
}
