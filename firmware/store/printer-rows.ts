// Printers: found by id or name, put under their names.
import type { Printer } from '../printers/printer.ts';
import { foldName } from './fold.ts';
import { printerFromRow } from './printer-table.ts';
import type { Sql } from './sql.ts';

export function findPrinter(sql: Sql, spooler: string, id: string): Printer | undefined {
  const printer = sql.held.printers.find(id);
  return printer?.spooler === spooler ? printer : undefined;
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
