// Job template attributes that the spooler itself carries out: copies, priority, hold, the order of
// documents.
import { integer, range } from '../../../../monitors/wire/ipp/values.ts';
import { printingLimits } from '../../../limits/printing-limits.ts';
import { holdKeywords } from '../hold.ts';
import { integerForm } from './form.ts';
import { keywordRow, type JobTemplateRow } from './row.ts';

const prioritiesMax = 100;
const priorityDefault = 50;

export const jobHandlingRows: readonly JobTemplateRow[] = [
  {
    name: 'copies',
    syntax: 'integer(1:MAX)',
    supportedSyntax: 'rangeOfInteger(1:MAX)',
    clause: 'RFC 8011 5.2.5',
    byDefault: () => [integer(1)],
    supported: () => [range(1, printingLimits.copiesPerJob)],
    ...integerForm(1, printingLimits.copiesPerJob),
  },
  {
    name: 'job-priority',
    syntax: 'integer(1:100)',
    supportedSyntax: 'integer(1:100)',
    clause: 'RFC 8011 5.2.1',
    byDefault: () => [integer(priorityDefault)],
    supported: () => [integer(prioritiesMax)],
    ...integerForm(1, prioritiesMax),
  },
  keywordRow('job-hold-until', holdKeywords, 'RFC 8011 5.2.2', 'type2 keyword | name(MAX)'),
  keywordRow('job-sheets', ['none'], 'RFC 8011 5.2.3', 'type2 keyword | name(MAX)'),
  keywordRow(
    'multiple-document-handling',
    ['separate-documents-collated-copies'],
    'RFC 8011 5.2.4',
  ),
];
