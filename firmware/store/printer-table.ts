// Printers as rows: what is loaded. They are written where their records are applied.
import type { SqlRow } from '../../hal/contract.ts';
import type { Printer } from '../printers/printer.ts';
import { defaultSettings } from '../printers/settings.ts';
import { type Statements, textOf } from './statements.ts';

export function loadPrinter(statements: Statements, id: string): Printer | undefined {
  const row = statements.get('SELECT body FROM printers WHERE id = ?', id);
  return row === undefined ? undefined : printerFromRow(row);
}

export function unwritable(printer: Printer): never {
  throw new Error(`printer ${printer.id} was changed where it is only read`);
}

/** `row` has the column body. */
export function printerFromRow(row: SqlRow): Printer {
  // Only putPrinter writes this column, from checked payloads; an older one lacks what came later.
  const body: Printer = JSON.parse(textOf(row, 'body'));
  return { ...defaultSettings, ...body };
}
