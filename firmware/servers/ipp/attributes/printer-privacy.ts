// Printer attributes of what others see of jobs, documents and subscriptions (PWG 5100.13, 2023).
import { keyword } from '../../../../monitors/wire/ipp/values.ts';
import { showsJobsToAll } from '../../../printers/access.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { privateAttributes } from '../privacy.ts';
import type { PrinterSource } from '../sources.ts';
import { rowsOf } from './row.ts';

const row = rowsOf<PrinterSource>('printer-description');
const clause = 'PWG 5100.13 (2023) 6.5';

/** `default`: owners, and whoever looks after the printer. */
export const printerPrivacy: readonly AttributeRow<PrinterSource>[] = (
  ['document', 'job', 'subscription'] as const
).flatMap((what) => [
  row(
    `${what}-privacy-attributes`,
    '1setOf type2 keyword',
    ({ printer }) =>
      (showsJobsToAll(printer.access) ? ['none'] : privateAttributes[what]).map(keyword),
    clause,
  ),
  row(
    `${what}-privacy-scope`,
    'type2 keyword',
    ({ printer }) => keyword(showsJobsToAll(printer.access) ? 'all' : 'default'),
    clause,
  ),
]);
