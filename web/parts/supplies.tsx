// Ink, toner, ribbon and waste boxes as bars with their numbers.
import type { PrinterView } from '../../firmware/api/types.ts';
import { t } from '../text.ts';

interface SupplyView {
  readonly name: string;
  /** 0 to 100; undefined where the printer does not know. */
  readonly percent?: number | undefined;
}

/** Undefined where the appliance says nothing of supplies. */
function suppliesOf(printer: PrinterView): readonly SupplyView[] {
  return 'supplies' in printer && Array.isArray(printer.supplies) ? printer.supplies : [];
}

export function Supplies({ printer }: { readonly printer: PrinterView }) {
  const supplies = suppliesOf(printer);
  if (supplies.length === 0) return null;
  return (
    <ul class="supplies" aria-label={t('printer.supplies')}>
      {supplies.map(({ name, percent }) => (
        <li key={name}>
          <span>{name}</span>
          <meter min={0} max={100} low={15} optimum={100} value={percent ?? 0} aria-label={name} />
          <span>{percent === undefined ? '?' : `${percent} %`}</span>
        </li>
      ))}
    </ul>
  );
}
