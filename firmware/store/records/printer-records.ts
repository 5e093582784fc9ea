// Records of printers: made, changed, deleted; names are unique in a spooler without regard to
// case.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import type { Moment } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import { queueLoad } from '../job-rows.ts';
import { findPrinter, findPrinterByName, putPrinter } from '../printer-rows.ts';
import { idSchema, momentSchema, printerSchema, printerSettingsSchema } from './payloads.ts';
import { forgetPrinterData } from './printer-data-records.ts';
import { type ApplyContext, recordRow } from './row.ts';

const createdPayload = z.object({ printer: printerSchema });
const changedPayload = z.object({
  id: idSchema,
  settings: printerSettingsSchema,
  at: momentSchema,
});
const deletedPayload = z.object({ id: idSchema, at: momentSchema });

export const printerRecords = [
  recordRow({ type: 'printer.created', payload: createdPayload, apply: create }),
  recordRow({ type: 'printer.changed', payload: changedPayload, apply: change }),
  recordRow({ type: 'printer.deleted', payload: deletedPayload, apply: remove }),
] as const;

function create(
  context: ApplyContext,
  { printer }: z.output<typeof createdPayload>,
): Refusal | undefined {
  const { sql, spooler } = context;
  if (printer.spooler !== spooler) {
    return refused('bad-request', `printer ${printer.name} says it belongs to ${printer.spooler}`);
  }
  const namesake = findPrinterByName(sql, spooler, printer.name);
  if (namesake !== undefined) {
    return refused('printer-exists', `there is a printer ${namesake.name} already`);
  }
  if (sql.get('SELECT 1 AS found FROM printers WHERE id = ?', printer.id) !== undefined) {
    return refused('printer-exists', `there is a printer with the id ${printer.id} already`);
  }
  putPrinter(sql, printer);
  context.touchPrinter(printer.id);
  emit(context, 'printer-created', printer, printer.createdAt, { printerEvents: ['INITIALIZE'] });
  return undefined;
}

function change(
  context: ApplyContext,
  { id, settings, at }: z.output<typeof changedPayload>,
): Refusal | undefined {
  const before = findPrinter(context.sql, context.spooler, id);
  if (before === undefined) return unknownPrinter(id);
  const printer: Printer = { ...before, ...settings, changedAt: at };
  putPrinter(context.sql, printer);
  context.touchPrinter(id);
  const changed = Object.keys(settings);
  emit(context, 'printer-config-changed', printer, at, {
    changed,
    printerEvents: [changed.some(isAttribute) ? 'ATTRIBUTES_CHANGED' : 'CONFIGURATION_CHANGE'],
  });
  return undefined;
}

/** What Windows calls a printer's attributes: by name, switches and words; the rest configures. */
function isAttribute(setting: string): boolean {
  return ['description', 'location', 'note', 'accepting', 'enabled', 'holdNewJobs'].includes(
    setting,
  );
}

/** The history of the printer's jobs goes with it; jobs that have not ended must be ended first. */
function remove(
  context: ApplyContext,
  { id, at }: z.output<typeof deletedPayload>,
): Refusal | undefined {
  const { sql, spooler } = context;
  const printer = findPrinter(sql, spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  const { jobs } = queueLoad(sql, spooler, id);
  if (jobs > 0) {
    return refused('job-not-possible', `printer ${printer.name} still has jobs: ${jobs}`);
  }
  sql.run(
    `DELETE FROM documents WHERE job_id IN
       (SELECT id FROM jobs WHERE spooler = ? AND printer_id = ? AND ended = 1)`,
    spooler,
    id,
  );
  sql.run('DELETE FROM jobs WHERE spooler = ? AND printer_id = ? AND ended = 1', spooler, id);
  sql.run('DELETE FROM queue_lengths WHERE spooler = ? AND printer_id = ?', spooler, id);
  sql.run('DELETE FROM printers WHERE id = ?', id);
  forgetPrinterData(context, id);
  emit(context, 'printer-deleted', printer, at, { printerEvents: ['DELETE', 'CACHE_DELETE'] });
  return undefined;
}

function emit(
  context: ApplyContext,
  type: 'printer-created' | 'printer-config-changed' | 'printer-deleted',
  printer: Printer,
  at: Moment,
  facts: Readonly<Record<string, readonly string[]>>,
): void {
  context.emit({
    type,
    at,
    spooler: printer.spooler,
    printerId: printer.id,
    facts: {
      name: printer.name,
      accepting: printer.accepting,
      enabled: printer.enabled,
      ...facts,
    },
  });
}

function unknownPrinter(id: string): Refusal {
  return refused('printer-not-found', `there is no printer ${id}`);
}
