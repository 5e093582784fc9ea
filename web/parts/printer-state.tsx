// A printer's state in one look: a word, a colour that never stands alone, and why.
import type { PrinterView } from '../../firmware/api/types.ts';
import { reasonText, t } from '../text.ts';

/** What of a printer a person should hear of, worst first; empty where all is well. */
export function complaints({ status, accepting }: PrinterView): readonly string[] {
  const reasons = status.reasons.filter((reason) => reason !== 'none').map(reasonText);
  return [...new Set([...reasons, ...(accepting ? [] : [t('printer.not-accepting')])])];
}

/** Somebody has to walk to it: it has stopped, or is about to. */
export function needsPerson({ status, enabled }: PrinterView): boolean {
  if (status.reasons.some((reason) => reason.endsWith('-error'))) return true;
  const waits = status.reasons.some((reason) => /^(connecting-to-device|timed-out)/.test(reason));
  return enabled && (status.state === 'stopped' || (waits && status.queuedJobCount > 0));
}

export function PrinterState({ printer }: { readonly printer: PrinterView }) {
  const { status, enabled } = printer;
  const bad = needsPerson(printer);
  const word = enabled || bad ? t(`printer.state.${status.state}`) : t('printer.disabled');
  return (
    <span class={`state ${bad ? 'bad' : status.state}`}>
      {bad ? t('printer.state.stopped') : word}
    </span>
  );
}

export function PrinterComplaints({ printer }: { readonly printer: PrinterView }) {
  const list = complaints(printer);
  const { message } = printer.status;
  if (list.length === 0) return null;
  return (
    <ul class="complaints">
      {list.map((text) => (
        <li key={text}>{text}</li>
      ))}
      {message === '' ? null : (
        <li>
          <small>{message}</small>
        </li>
      )}
    </ul>
  );
}
