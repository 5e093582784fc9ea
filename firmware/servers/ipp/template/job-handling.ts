// Job template attributes that the spooler itself carries out: copies, priority, hold, the order of
// documents.
import { integer, payloadOf, range } from '../../../../monitors/wire/ipp/values.ts';
import { printingLimits } from '../../../limits/printing-limits.ts';
import { keptInteger, keywordRow, type JobTemplateRow } from './row.ts';

const prioritiesMax = 100;
const priorityDefault = 50;

export const jobHandlingRows: readonly JobTemplateRow[] = [
  {
    name: 'copies',
    syntax: 'integer(1:MAX)',
    clause: 'RFC 8011 5.2.5',
    accepts: (value) => isBetween(payloadOf(value, 'integer'), printingLimits.copiesPerJob),
    byDefault: [integer(1)],
    supported: [range(1, printingLimits.copiesPerJob)],
    ...keptInteger,
  },
  {
    name: 'job-priority',
    syntax: 'integer(1:100)',
    clause: 'RFC 8011 5.2.1',
    accepts: (value) => isBetween(payloadOf(value, 'integer'), prioritiesMax),
    byDefault: [integer(priorityDefault)],
    supported: [integer(prioritiesMax)],
    ...keptInteger,
  },
  keywordRow(
    'job-hold-until',
    ['no-hold', 'indefinite'],
    'RFC 8011 5.2.2',
    'type2 keyword | name(MAX)',
  ),
  keywordRow('job-sheets', ['none'], 'RFC 8011 5.2.3', 'type2 keyword | name(MAX)'),
  keywordRow(
    'multiple-document-handling',
    ['separate-documents-collated-copies'],
    'RFC 8011 5.2.4',
  ),
];

function isBetween(value: number | undefined, most: number): boolean {
  return value !== undefined && value >= 1 && value <= most;
}
