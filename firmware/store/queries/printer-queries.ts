// Queries of printers.
import type { Printer } from '../../printers/printer.ts';
import { queryRow } from './row.ts';

export const printerQueries = {
  /** Every printer of a spooler, by name. */
  'printers.all': queryRow((_sql, _input: { readonly spooler: string }): readonly Printer[] => []),
} as const;
