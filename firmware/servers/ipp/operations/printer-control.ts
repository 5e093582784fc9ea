// What operators do to a printer (RFC 8011 4.2.7, 4.2.8, RFC 3998 3), and Identify-Printer.
import { wordingOf, first as firstValue } from '../../../../monitors/wire/ipp/values.ts';
import type { Printer } from '../../../printers/printer.ts';
import type { PrinterSwitch } from '../../../spooler/contract.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { faultOf } from '../fault.ts';
import { wordsIn } from '../operation-attributes.ts';

function switching(
  name: IppOperationRow['name'],
  switches: readonly PrinterSwitch[],
  clause: string,
): IppOperationRow {
  return {
    name,
    target: 'printer',
    required: [],
    clause,
    async run(call, printer) {
      for (const each of switches) await operate(call, printer, each);
      return { groups: [] };
    },
  };
}

export const printerControlOperations: readonly IppOperationRow[] = [
  switching('Pause-Printer', ['disable'], 'RFC 8011 4.2.7'),
  // A pause never cuts a job off here, so that the two are one.
  switching('Pause-Printer-After-Current-Job', ['disable'], 'RFC 3998 3.2.1'),
  switching('Resume-Printer', ['enable'], 'RFC 8011 4.2.8'),
  switching('Enable-Printer', ['accept'], 'RFC 3998 3.1.1'),
  switching('Disable-Printer', ['reject'], 'RFC 3998 3.1.2'),
  switching('Hold-New-Jobs', ['hold-new-jobs'], 'RFC 3998 3.3.1'),
  switching('Release-Held-New-Jobs', ['release-held-new-jobs'], 'RFC 3998 3.3.2'),
  switching('Deactivate-Printer', ['reject', 'disable'], 'RFC 3998 3.4.1'),
  switching('Activate-Printer', ['enable', 'accept'], 'RFC 3998 3.4.2'),
  switching('Restart-Printer', ['enable', 'accept'], 'RFC 3998 3.5.1'),
  switching('Shutdown-Printer', ['reject', 'disable'], 'RFC 3998 3.5.2'),
  switching('Startup-Printer', ['enable', 'accept'], 'RFC 3998 3.5.3'),
  // What CUPS's cupsaccept and cupsreject send.
  switching('CUPS-Accept-Jobs', ['accept'], 'RFC 3998 3.1.1'),
  switching('CUPS-Reject-Jobs', ['reject'], 'RFC 3998 3.1.2'),
  {
    name: 'Identify-Printer',
    target: 'printer',
    required: [],
    clause: 'PWG 5100.13 5.1',
    async run({ message, spooler, identify }, printer) {
      identify(spooler, printer, wordsIn(message, 'message') ?? '');
      return { groups: [] };
    },
  },
];

async function operate(call: IppCall, printer: Printer, what: PrinterSwitch): Promise<void> {
  const { spooler, by, message } = call;
  const note =
    wordsIn(message, 'printer-message-from-operator') ??
    wordingOf(firstValue(message, 'printer-attributes', 'printer-state-message'));
  const outcome = await spooler.printers.operate(printer.id, what, by, note);
  if (outcome.kind === 'refused') throw faultOf(outcome);
}
