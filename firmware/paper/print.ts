// Prints a page that the appliance makes of its own, in a form that the printer takes.
import type { Accepted } from '../intake/contract.ts';
import type { Refusal } from '../errors/codes.ts';
import type { JobOrigin } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import { anyFormat } from '../printers/settings.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { OwnPage } from './pages.ts';
import { formFor } from './table.ts';

/** A printer that says nothing of its formats gets plain text. */
export function printOwnPage(
  { intake }: Pick<Spooler, 'intake'>,
  printer: Pick<Printer, 'id' | 'formats'>,
  { title, lines }: OwnPage,
  origin: JobOrigin,
): Promise<Accepted | Refusal> {
  const form = formFor(printer.formats);
  const bytes = form.make(title, lines);
  return intake.accept(once(bytes), {
    printerId: printer.id,
    name: title,
    origin,
    document: {
      name: title,
      format: printer.formats.includes(form.format) ? form.format : anyFormat,
      sizeBytes: bytes.length,
    },
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
