// Job template attributes as printers and jobs show them, made from the rows of job-template.ts.
import { integer } from '../../../../monitors/wire/ipp/values.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { jobTemplate } from '../job-template.ts';
import type { JobSource, PrinterSource } from '../sources.ts';
import { mediaCollection, mediaSizeCollection, mediaSizes } from '../template/media.ts';

const defaultsAndSupported: readonly AttributeRow<PrinterSource>[] = jobTemplate.flatMap(
  ({ name, syntax, clause, byDefault, supported }) => [
    {
      name: `${name}-default`,
      syntax,
      group: 'job-template' as const,
      source: () => byDefault,
      settable: false,
      clause,
    },
    {
      name: `${name}-supported`,
      syntax: `1setOf (${syntax})`,
      group: 'job-template' as const,
      source: () => supported,
      settable: false,
      clause,
    },
  ],
);

export const printerJobTemplate: readonly AttributeRow<PrinterSource>[] = [
  ...defaultsAndSupported,
  {
    name: 'media-size-supported',
    syntax: '1setOf collection',
    group: 'job-template',
    source: () => mediaSizes.map(mediaSizeCollection),
    settable: false,
    clause: 'PWG 5100.7 6.9.35',
  },
  {
    name: 'media-col-database',
    syntax: '1setOf collection',
    group: 'job-template',
    source: () => mediaSizes.map(mediaCollection),
    settable: false,
    onlyWhenNamed: true,
    clause: 'PWG 5100.7 6.9.1',
  },
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
