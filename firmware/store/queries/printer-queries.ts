// Queries of printers.
import type { Printer } from '../../printers/printer.ts';
import { printerFromRow } from '../printer-table.ts';
import { queryRow } from './row.ts';

export const printerQueries = {
  /** Every printer of a spooler, by name. */
  'printers.all': queryRow((sql, input: { readonly spooler: string }): readonly Printer[] =>
    sql
      .all('SELECT body FROM printers WHERE spooler = ? ORDER BY folded_name', input.spooler)
      .map(printerFromRow),
  ),
} as const;
