// Job description attributes (RFC 8011 5.3): what a job is, and how far it has come.
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import {
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
import type { AttributeRow } from '../attribute-row.ts';
import { upTimeAt, type IppNow, type JobSource } from '../sources.ts';
import { jobStateNumbers } from '../state-numbers.ts';
import { rowsOf } from './row.ts';

const nameOctets = 255;
const textOctets = 1023;
const octetsPerK = 1024;
const integerMax = 0x7fffffff;

const row = rowsOf<JobSource>('job-description');

const identity: readonly AttributeRow<JobSource>[] = [
  row(
    'job-uri',
    'uri',
    ({ job, printer, uris }) => uri(uris.job(printer.name, job.number)),
    'RFC 8011 5.3.2',
  ),
  row('job-id', 'integer(1:MAX)', ({ job }) => integer(job.number), 'RFC 8011 5.3.1'),
  row('job-uuid', 'uri(45)', ({ job }) => uri(`urn:uuid:${job.id}`), 'PWG 5100.13 6.3.3'),
  row(
    'job-printer-uri',
    'uri',
    ({ printer, uris }) => uri(uris.printer(printer.name)),
    'RFC 8011 5.3.3',
  ),
  {
    ...row(
      'job-name',
      'name(MAX)',
      ({ job }) => name(clipToOctets(job.name, nameOctets)),
      'RFC 8011 5.3.5',
    ),
    settable: true,
  },
  row(
    'job-originating-host-name',
    'name(MAX)',
    ({ job }) => name(clipToOctets(job.origin.address, nameOctets)),
    'RFC 8011 5.3.6',
  ),
  row(
    'job-originating-user-name',
    'name(MAX)',
    ({ job }) => name(clipToOctets(job.origin.userName, nameOctets)),
    'RFC 8011 5.3.6',
  ),
];

const progress: readonly AttributeRow<JobSource>[] = [
  row(
    'job-state',
    'type1 enum',
    ({ job }) => enumValue(jobStateNumbers[job.state]),
    'RFC 8011 5.3.7',
  ),
  row(
    'job-state-reasons',
    '1setOf type2 keyword',
    ({ job }) => (job.reasons.length > 0 ? job.reasons : ['none']).map(keyword),
    'RFC 8011 5.3.8',
  ),
  row(
    'job-state-message',
    'text(MAX)',
    ({ job }) => text(clipToOctets(job.message, textOctets)),
    'RFC 8011 5.3.9',
  ),
  row(
    'number-of-documents',
    'integer(0:MAX)',
    ({ job }) => integer(job.documents.length),
    'RFC 8011 5.3.12',
  ),
  row('job-k-octets', 'integer(0:MAX)', ({ job }) => integer(kOctets(job)), 'RFC 8011 5.3.17.1'),
  row(
    'job-k-octets-processed',
    'integer(0:MAX)',
    ({ job }) => integer(processedKOctets(job)),
    'RFC 8011 5.3.18.1',
  ),
  row(
    'job-impressions-completed',
    'integer(0:MAX)',
    ({ job }) => (job.pages === undefined ? undefined : integer(job.pages)),
    'RFC 8011 5.3.18.2',
  ),
  row(
    'job-more-info',
    'uri',
    ({ printer, uris }) => uri(uris.page(printer.name)),
    'RFC 8011 5.3.4',
  ),
];

const times: readonly AttributeRow<JobSource>[] = [
  row(
    'job-printer-up-time',
    'integer(1:MAX)',
    ({ now }) => integer(now.upTimeSeconds),
    'RFC 8011 5.3.15',
  ),
  row(
    'time-at-creation',
    'integer(MIN:MAX)',
    ({ job, now }) => upTime(job.createdAt, now),
    'RFC 8011 5.3.14.1',
  ),
  row(
    'time-at-processing',
    'integer(MIN:MAX) | no-value',
    ({ job, now }) => upTime(job.processingAt, now),
    'RFC 8011 5.3.14.2',
  ),
  row(
    'time-at-completed',
    'integer(MIN:MAX) | no-value',
    ({ job, now }) => upTime(job.endedAt, now),
    'RFC 8011 5.3.14.3',
  ),
  row(
    'date-time-at-creation',
    'dateTime | no-value',
    ({ job }) => when(job.createdAt),
    'RFC 8011 5.3.14.5',
  ),
  row(
    'date-time-at-processing',
    'dateTime | no-value',
    ({ job }) => when(job.processingAt),
    'RFC 8011 5.3.14.6',
  ),
  row(
    'date-time-at-completed',
    'dateTime | no-value',
    ({ job }) => when(job.endedAt),
    'RFC 8011 5.3.14.7',
  ),
];

export const jobDescription: readonly AttributeRow<JobSource>[] = [
  ...identity,
  ...progress,
  ...times,
];

function kOctets({ documents }: JobSource['job']): number {
  return inKOctets(documents.reduce((sum, document) => sum + document.sizeBytes, 0));
}

/** Over copies too, as the clause wants it. */
function processedKOctets(job: JobSource['job']): number {
  if (job.state !== 'completed') return inKOctets(job.sentBytes ?? 0);
  return inKOctets(job.documents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) * job.copies);
}

function inKOctets(bytes: number): number {
  return Math.min(integerMax, Math.ceil(bytes / octetsPerK));
}

function upTime(moment: Moment | undefined, now: IppNow): IppValue {
  return moment === undefined ? outOfBand.noValue : integer(upTimeAt(moment, now));
}

/** A moment of a clock that nobody had set is worse than none. */
function when(moment: Moment | undefined): IppValue {
  return moment?.trusted ? dateTime(moment.ms) : outOfBand.noValue;
}
