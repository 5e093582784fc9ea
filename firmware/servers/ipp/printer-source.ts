// Gathers what the rows of printer attributes are made from.
import { ippOperations } from '../../../monitors/wire/ipp/operations.ts';
import type { Printer } from '../../printers/printer.ts';
import { abilitiesOf, type Abilities } from './abilities.ts';
import type { IppCall } from './call.ts';
import { valueIn } from './operation-attributes.ts';
import { ippNow, type PrinterSource } from './sources.ts';

/** What of a request, or of whoever else asks, the rows of a printer need. */
export type PrinterSourceParts = Pick<
  IppCall,
  'spooler' | 'uris' | 'clock' | 'upSinceMs' | 'operations' | 'stateChanges' | 'describeDevice'
> & { readonly message?: IppCall['message'] };

export async function printerSource(
  parts: PrinterSourceParts,
  printer: Printer,
): Promise<PrinterSource> {
  const { spooler, uris, clock, upSinceMs, operations, stateChanges } = parts;
  const [status, device, queue] = await Promise.all([
    spooler.printers.status(printer.id),
    parts.describeDevice(spooler, printer),
    spooler.files.facts(printer.id),
  ]);
  const language = languageIn(parts.message);
  return {
    printer,
    status,
    device,
    queue,
    ...(language === undefined ? {} : { language }),
    abilities: abilitiesOf(printer, device),
    uris,
    now: ippNow(clock, upSinceMs),
    stateChangedAt: stateChanges.changedAt(printer.id),
    operations: operations.map((name) => ippOperations[name]),
  };
}

export async function printerAbilities(call: IppCall, printer: Printer): Promise<Abilities> {
  return abilitiesOf(printer, await call.describeDevice(call.spooler, printer));
}

function languageIn(message: IppCall['message'] | undefined): string | undefined {
  if (message === undefined) return undefined;
  return valueIn(message, 'attributes-natural-language', 'naturalLanguage');
}
