// Printers as rows: a codec between Printer and the table printers.
import type { SqlRow } from '../../hal/contract.ts';
import type { Printer } from '../printers/printer.ts';
import { defaultSettings } from '../printers/settings.ts';
import { foldName } from './fold.ts';
import { type Sql, textOf } from './sql.ts';

export function findPrinter(sql: Sql, spooler: string, id: string): Printer | undefined {
  const row = sql.get('SELECT body FROM printers WHERE id = ? AND spooler = ?', id, spooler);
  return row === undefined ? undefined : printerFromRow(row);
}

export function findPrinterByName(sql: Sql, spooler: string, name: string): Printer | undefined {
  const row = sql.get(
    'SELECT body FROM printers WHERE spooler = ? AND folded_name = ?',
    spooler,
    foldName(name),
  );
  return row === undefined ? undefined : printerFromRow(row);
}

export function putPrinter(sql: Sql, printer: Printer): void {
  sql.run(
    `INSERT INTO printers (id, spooler, folded_name, body) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    printer.id,
    printer.spooler,
    foldName(printer.name),
    JSON.stringify(printer),
  );
}

/** `row` has the column body. */
export function printerFromRow(row: SqlRow): Printer {
  // Only putPrinter writes this column, from checked payloads; an older one lacks what came later.
  const body: Printer = JSON.parse(textOf(row, 'body'));
  return { ...defaultSettings, ...body };
}
