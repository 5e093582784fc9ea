// Ink, toner, ribbon and waste boxes as bars with their numbers.
import type { PrinterView } from '../../firmware/api/types.ts';
import { t } from '../text.ts';

export function Supplies({ printer }: { readonly printer: PrinterView }) {
  const { supplies = [] } = printer;
  if (supplies.length === 0) return null;
  return (
    <ul class="supplies" aria-label={t('printer.supplies')}>
      {supplies.map(({ name, kind, percent }) => (
        <li key={name}>
          <span>{name}</span>
          <meter
            min={0}
            max={100}
            {...(kind === 'filled' ? { high: 85, optimum: 0 } : { low: 15, optimum: 100 })}
            value={percent ?? 0}
            aria-label={name}
          />
          <span>{percent === undefined ? '?' : `${percent} %`}</span>
        </li>
      ))}
    </ul>
  );
}
