// Prints a page that the appliance makes of its own, in a form that the printer takes.
import type { Accepted } from '../intake/contract.ts';
import type { Refusal } from '../errors/codes.ts';
import type { JobOrigin } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import { deviceFactsOf } from '../printers/device-facts.ts';
import { anyFormat, offeredFormats } from '../printers/settings.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { OwnPage } from './pages.ts';
import { formFor } from './table.ts';

/** In the best form that printer and device take; plain text where nobody says anything. */
export async function printOwnPage(
  { intake, ports }: Pick<Spooler, 'intake' | 'ports'>,
  printer: Printer,
  { title, lines }: OwnPage,
  origin: JobOrigin,
): Promise<Accepted | Refusal> {
  const { takes } = deviceFactsOf(printer.portNames, await ports.list());
  const offered = offeredFormats(printer, takes?.formats);
  const form = formFor(offered);
  const bytes = form.make(title, lines);
  return intake.accept(once(bytes), {
    printerId: printer.id,
    name: title,
    origin,
    document: {
      name: title,
      format: offered.includes(form.format) ? form.format : anyFormat,
      sizeBytes: bytes.length,
    },
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
