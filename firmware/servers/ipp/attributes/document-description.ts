// Document attributes (PWG 5100.5 3): the documents of a job, as far as they have come.
import {
  boolean,
  clipToOctets,
  enumValue,
  integer,
  keyword,
  mimeMediaType,
  name,
  outOfBand,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import { isEnded } from '../../../jobs/job.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { upTimeAt, type DocumentSource } from '../sources.ts';
import { jobStateNumbers } from '../state-numbers.ts';
import { rowsOf } from './row.ts';

const nameOctets = 255;
const octetsPerK = 1024;
const integerMax = 0x7fffffff;

const row = rowsOf<DocumentSource>('document-description');

export const documentDescription: readonly AttributeRow<DocumentSource>[] = [
  row('document-job-id', 'integer(1:MAX)', ({ job }) => integer(job.number), 'PWG 5100.5 3.3.9'),
  row(
    'document-job-uri',
    'uri',
    ({ job, printer, uris }) => uri(uris.job(printer.name, job.number)),
    'PWG 5100.5 3.3.10',
  ),
  row(
    'document-number',
    'integer(1:MAX)',
    ({ document }) => integer(document.number),
    'PWG 5100.5 3.3.15',
  ),
  row(
    'document-printer-uri',
    'uri',
    ({ printer, uris }) => uri(uris.printer(printer.name)),
    'PWG 5100.5 3.3.16',
  ),
  row(
    'document-name',
    'name(MAX)',
    ({ document }) => name(clipToOctets(document.name, nameOctets)),
    'PWG 5100.5 3.3.14',
  ),
  row(
    'document-format',
    'mimeMediaType',
    ({ document }) => mimeMediaType(document.format),
    'PWG 5100.5 3.3.4',
  ),
  row(
    'document-state',
    'type1 enum',
    ({ job }) => enumValue(documentState(job.state)),
    'PWG 5100.5 3.3.18',
  ),
  row('document-state-reasons', '1setOf type2 keyword', () => keyword('none'), 'PWG 5100.5 3.3.20'),
  row(
    'last-document',
    'boolean',
    ({ job, document }) => boolean(!job.incoming && document.number === job.documents.length),
    'PWG 5100.5 3.3.27',
  ),
  row(
    'k-octets',
    'integer(0:MAX)',
    ({ document }) => integer(Math.min(integerMax, Math.ceil(document.sizeBytes / octetsPerK))),
    'PWG 5100.5 3.3.24',
  ),
  row(
    'printer-up-time',
    'integer(1:MAX)',
    ({ now }) => integer(now.upTimeSeconds),
    'PWG 5100.5 3.3.33',
  ),
  row(
    'time-at-creation',
    'integer(MIN:MAX)',
    ({ job, now }) => integer(upTimeAt(job.createdAt, now)),
    'PWG 5100.5 3.3.35',
  ),
  row(
    'time-at-completed',
    'integer(MIN:MAX) | no-value',
    ({ job, now }) =>
      job.endedAt === undefined ? outOfBand.noValue : integer(upTimeAt(job.endedAt, now)),
    'PWG 5100.5 3.3.34',
  ),
];

/** Documents have no state of their own here: they follow their job (PWG 5100.5 3.3.18). */
function documentState(state: DocumentSource['job']['state']): number {
  return isEnded(state) || state === 'processing' || state === 'processing-stopped'
    ? jobStateNumbers[state]
    : jobStateNumbers.pending;
}
