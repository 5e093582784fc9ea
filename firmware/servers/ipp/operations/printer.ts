// Get-Printer-Attributes (RFC 8011 4.2.5), and how CUPS's clients ask which printers there are.
import type { IppGroup } from '../../../../monitors/wire/ipp/message.ts';
import { group } from '../../../../monitors/wire/ipp/values.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import type { Printer } from '../../../printers/printer.ts';
import { printerAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { formatIn } from '../documents.ts';
import { IppFault } from '../fault.ts';
import { requestedIn, valueIn } from '../operation-attributes.ts';
import { printerSource } from '../printer-source.ts';

export const printerOperations: readonly IppOperationRow[] = [
  {
    name: 'Get-Printer-Attributes',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.5',
    async run(call, printer) {
      await formatIn(call, printer);
      return { groups: [await shown(call, printer, requestedIn(call.message) ?? ['all'])] };
    },
  },
  {
    name: 'CUPS-Get-Printers',
    target: 'spooler',
    required: [],
    clause: 'PWG 5100.22 6.1.11',
    async run(call) {
      const limit = valueIn(call.message, 'limit', 'integer') ?? serverLimits.ipp.printersPerAnswer;
      const printers = await call.spooler.printers.list();
      const most = Math.min(Math.max(0, limit), serverLimits.ipp.printersPerAnswer);
      return { groups: await shownEach(call, printers.slice(0, most)) };
    },
  },
  {
    name: 'CUPS-Get-Default',
    target: 'spooler',
    required: [],
    clause: 'PWG 5100.22 7.2.2',
    async run(call) {
      const [only, ...others] = await call.spooler.printers.list();
      if (only === undefined || others.length > 0) {
        throw new IppFault('client-error-not-found', 'There is no default printer.');
      }
      return { groups: await shownEach(call, [only]) };
    },
  },
  {
    // There are no classes: a printer has several ports instead.
    name: 'CUPS-Get-Classes',
    target: 'spooler',
    required: [],
    clause: 'PWG 5100.22 6.1.11',
    run: async () => ({ groups: [] }),
  },
];

function shownEach(call: IppCall, printers: readonly Printer[]): Promise<readonly IppGroup[]> {
  const requested = requestedIn(call.message) ?? ['printer-description'];
  return Promise.all(printers.map((printer) => shown(call, printer, requested)));
}

async function shown(call: IppCall, printer: Printer, requested: readonly string[]) {
  const source = await printerSource(call, printer);
  return group('printer-attributes', ...selectAttributes(printerAttributes, requested, source));
}
