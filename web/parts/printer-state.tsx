// A printer's state in one look: a word, a colour that never stands alone, and why.
import type { PeerPrintersView, PrinterView } from '../../firmware/api/types.ts';
import { reasonText, said, t } from '../text.ts';

/** Somebody has to walk to it: it has stopped, or is about to. */
export function needsPerson({ status, enabled }: Pick<PrinterView, 'status' | 'enabled'>): boolean {
  const { reasons, waiting = false } = status;
  if (reasons.some((reason) => reason.endsWith('-error'))) return true;
  // A printer by USB says of no paper, of an open cover, of its switch only that it takes nothing.
  const stuck = waiting && reasons.some((reason) => reason.endsWith('-warning'));
  const waits = stuck || reasons.some((each) => /^(connecting-to-device|timed-out)/.test(each));
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
  return <Complaints status={printer.status} more={printer.accepting ? [] : notAccepting()} />;
}

function notAccepting(): readonly string[] {
  return [t('printer.not-accepting')];
}

interface ComplaintsProps {
  readonly status: PrinterView['status'];
  readonly more?: readonly string[];
}

/** What is wrong, and what to do about it; nothing where all is well. */
export function Complaints({ status, more = [] }: ComplaintsProps) {
  const { reasons, message } = status;
  const told = reasons.filter((reason) => reason !== 'none').map(reasonText);
  const list = [...new Set([...told, ...more])];
  if (list.length === 0) return null;
  return (
    <ul class="complaints">
      {list.map((text) => (
        <li key={text}>{text}</li>
      ))}
      {message === '' ? null : (
        <li>
          <small>{said(message)}</small>
        </li>
      )}
    </ul>
  );
}

/** Of a printer of the other box, as it says itself. */
export function peerNeedsPerson({ status }: PeerPrintersView['items'][number]): boolean {
  if (status === undefined) return false;
  return needsPerson({ status, enabled: !status.reasons.some((each) => /paused/.test(each)) });
}
