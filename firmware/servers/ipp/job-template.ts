// Job template attributes (RFC 8011 5.2), one row each: what is accepted, its default, and how it
// is kept with the job.
import type { IppAttribute, IppGroup, IppValue } from '../../../monitors/wire/ipp/message.ts';
import { attribute, outOfBand } from '../../../monitors/wire/ipp/values.ts';
import type { Abilities } from './abilities.ts';
import { badRequest } from './fault.ts';
import { jobHandlingRows } from './template/job-handling.ts';
import { mediaRows } from './template/media.ts';
import { overridesRow } from './template/overrides.ts';
import { pageRows } from './template/page.ts';
import type { JobTemplateRow } from './template/row.ts';

/** Features add files of rows. */
export const jobTemplate: readonly JobTemplateRow[] = [
  ...jobHandlingRows,
  ...pageRows,
  ...mediaRows,
  overridesRow,
];

export const jobTemplateNames: readonly string[] = jobTemplate.map(({ name }) => name);

const rowByName: ReadonlyMap<string, JobTemplateRow> = new Map(
  jobTemplate.map((row) => [row.name, row]),
);

export interface TicketRead {
  /** By name, in the API's JSON form. */
  readonly accepted: Readonly<Record<string, unknown>>;
  /**
   * RFC 8011 4.1.7: unknown attributes with the value `unsupported`, known ones with the values in
   * question.
   */
  readonly unsupported: readonly IppAttribute[];
}

/** Sorts what the client asked for into what is possible and what is not. */
export function readTicket(groups: readonly IppGroup[], abilities: Abilities): TicketRead {
  const tickets = groups.filter(({ tag }) => tag === 'job-attributes');
  if (tickets.length > 1) throw badRequest('There are two groups of job attributes.');
  return readAttributes(tickets[0]?.attributes ?? [], abilities);
}

/** The same for attributes of any group. */
export function readAttributes(
  attributes: readonly IppAttribute[],
  abilities: Abilities,
): TicketRead {
  const accepted: [string, unknown][] = [];
  const unsupported: IppAttribute[] = [];
  for (const asked of attributes) {
    const row = rowByName.get(asked.name);
    const wrong =
      row === undefined ? [outOfBand.unsupported] : wrongValues(row, asked.values, abilities);
    if (row !== undefined && wrong.length === 0) {
      accepted.push([asked.name, row.keep(asked.values)]);
    } else {
      const [first = outOfBand.unsupported, ...more] = wrong;
      unsupported.push(attribute(asked.name, first, ...more));
    }
  }
  return { accepted: Object.fromEntries(accepted), unsupported };
}

function wrongValues(
  row: JobTemplateRow,
  values: readonly IppValue[],
  abilities: Abilities,
): readonly IppValue[] {
  if (values.length > 1 && row.several !== true) return values;
  return values.filter((value) => !row.accepts(value, abilities));
}
