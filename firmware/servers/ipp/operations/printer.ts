// Get-Printer-Attributes (RFC 8011 4.2.5).
import { ippOperations } from '../../../../monitors/wire/ipp/operations.ts';
import { group } from '../../../../monitors/wire/ipp/values.ts';
import { printerAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppOperationRow } from '../call.ts';
import { formatIn } from '../documents.ts';
import { requestedIn } from '../operation-attributes.ts';
import { ippNow } from '../sources.ts';

export const printerOperations: readonly IppOperationRow[] = [
  {
    name: 'Get-Printer-Attributes',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.5',
    async run({ message, spooler, uris, clock, upSinceMs, operations }, printer) {
      formatIn(message, printer);
      const attributes = selectAttributes(printerAttributes, requestedIn(message) ?? ['all'], {
        printer,
        status: await spooler.printers.status(printer.id),
        uris,
        now: ippNow(clock, upSinceMs),
        operations: operations.map((name) => ippOperations[name]),
      });
      return { groups: [group('printer-attributes', ...attributes)] };
    },
  },
];
