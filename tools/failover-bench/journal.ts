// What the printers and clients of a round saw, and what is made of it: times, losses, doubles and
// bytes of the wrong sender.
import type { ClientLine, PrinterLine } from './lines.ts';

type Document = Extract<PrinterLine, { kind: 'document' }>;

export interface Journal {
  readonly client: readonly ClientLine[];
  readonly printer: readonly PrinterLine[];
}

export interface RoundResult {
  /** From the fault to the survivor's first byte at a printer; undefined: none came. */
  readonly firstByteMs: number | undefined;
  /** From the fault to the first job that was accepted after it, as its client saw it. */
  readonly firstAcceptedMs: number | undefined;
  readonly accepted: number;
  /** Accepted, and no whole copy at a printer. */
  readonly lost: readonly string[];
  /** Whole more than once, and not marked as possibly printed twice. */
  readonly unmarkedDoubles: readonly string[];
  readonly doubles: number;
  /** Bytes of the old owner that came after the survivor's first one. */
  readonly oldOwnerBytes: number;
  readonly refused: number;
  readonly broken: number;
}

export interface Judged {
  readonly journal: Journal;
  readonly faultAtMs: number;
  readonly oldMac: string;
  readonly survivorMac: string;
  /** Ids of documents whose job says that it may have been printed twice. */
  readonly marked: ReadonlySet<string>;
}

export function judge({ journal, faultAtMs, oldMac, survivorMac, marked }: Judged): RoundResult {
  const documents = journal.printer.filter((line): line is Document => line.kind === 'document');
  const bytes = journal.printer.flatMap((line) => (line.kind === 'bytes' ? [line] : []));
  const survivors = bytes.find(({ atMs, mac }) => mac === survivorMac && atMs > faultAtMs);
  const accepted = journal.client.filter(({ outcome }) => outcome === 'accepted');
  const after = accepted.find(({ endedAtMs }) => endedAtMs > faultAtMs + grace);
  const whole = new Map<string, number>();
  for (const { head, whole: isWhole } of documents) {
    const id = idOf(head);
    if (isWhole) whole.set(id, (whole.get(id) ?? 0) + 1);
  }
  const doubled = [...whole].filter(([, count]) => count > 1).map(([id]) => id);
  const late = survivors === undefined ? Infinity : survivors.atMs;
  return {
    firstByteMs: survivors === undefined ? undefined : survivors.atMs - faultAtMs,
    firstAcceptedMs: after === undefined ? undefined : after.endedAtMs - faultAtMs,
    accepted: accepted.length,
    lost: accepted.map(({ id }) => id).filter((id) => !whole.has(id)),
    unmarkedDoubles: doubled.filter((id) => !marked.has(id)),
    doubles: doubled.length,
    oldOwnerBytes: bytes.filter(({ atMs, mac }) => mac === oldMac && atMs > late).length,
    refused: journal.client.filter(({ outcome }) => outcome === 'refused').length,
    broken: journal.client.filter(({ outcome }) => outcome === 'broken').length,
  };
}

/** An answer that was on its way when the fault was stamped is the old owner's. */
const grace = 5;

export function idOf(head: string): string {
  return head.split(' ')[1] ?? '';
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle];
  const low = sorted.length % 2 === 0 ? sorted[middle - 1] : high;
  return high === undefined || low === undefined ? undefined : (high + low) / 2;
}
