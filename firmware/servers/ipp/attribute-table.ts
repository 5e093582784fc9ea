// Every attribute of printers and jobs, made of the files in attributes/, and how clients choose
// among them.
import type { IppAttribute } from '../../../monitors/wire/ipp/message.ts';
import { attribute } from '../../../monitors/wire/ipp/values.ts';
import type { AttributeRow } from './attribute-row.ts';
import { jobDescription } from './attributes/job-description.ts';
import { jobJobTemplate, printerJobTemplate } from './attributes/job-template.ts';
import { documentDescription } from './attributes/document-description.ts';
import { printerAbilities } from './attributes/printer-abilities.ts';
import { printerDescription } from './attributes/printer-description.ts';
import { printerDevice } from './attributes/printer-device.ts';
import { printerFiles } from './attributes/printer-files.ts';
import { printerMarkers } from './attributes/printer-markers.ts';
import { printerPrivacy } from './attributes/printer-privacy.ts';
import { printerSubscription } from './attributes/printer-subscription.ts';
import type { DocumentSource, JobSource, PrinterSource } from './sources.ts';

export const printerAttributes: readonly AttributeRow<PrinterSource>[] = [
  ...printerDescription,
  ...printerAbilities,
  ...printerDevice,
  ...printerFiles,
  ...printerMarkers,
  ...printerSubscription,
  ...printerPrivacy,
  ...printerJobTemplate,
];

export const documentAttributes: readonly AttributeRow<DocumentSource>[] = documentDescription;

export const jobAttributes: readonly AttributeRow<JobSource>[] = [
  ...jobDescription,
  ...jobJobTemplate,
];

const nothingHidden: ReadonlySet<string> = new Set();

/**
 * The attributes that requested-attributes names, one by one or by group (RFC 8011 4.2.5.1). Names
 * that mean nothing here are passed over, as 4.2.5.2 allows, and so are those that are `hidden`
 * from who asks.
 */
export function selectAttributes<Source>(
  rows: readonly AttributeRow<Source>[],
  requested: readonly string[],
  source: Source,
  hidden: ReadonlySet<string> = nothingHidden,
): readonly IppAttribute[] {
  const names = new Set(requested);
  return rows.flatMap((row) => {
    if (hidden.has(row.name)) return [];
    const byGroup = row.onlyWhenNamed !== true && (names.has('all') || names.has(row.group));
    if (!byGroup && !names.has(row.name)) return [];
    const [first, ...more] = row.source(source) ?? [];
    return first === undefined ? [] : [attribute(row.name, first, ...more)];
  });
}
