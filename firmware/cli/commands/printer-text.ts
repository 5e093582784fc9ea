// How a printer's state reads in a table.
import type { PrinterView } from '../../api/types.ts';

export function printerState({ status }: Pick<PrinterView, 'status'>): string {
  const reasons = status.reasons.filter((reason) => reason !== 'none');
  const why = status.message === '' ? reasons.join(', ') : status.message;
  return why === '' ? status.state : `${status.state}: ${why}`;
}
