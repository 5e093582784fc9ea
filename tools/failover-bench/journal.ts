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
  /** From the fault to the survivor's announcement of the group's address. */
  readonly announcedMs: number | undefined;
  /** From the fault to the first success of a job that was begun after it had struck. */
  readonly firstAcceptedMs: number | undefined;
  /** The longest time in which no job was accepted, from the fault on. */
  readonly gapMs: number;
  readonly accepted: number;
  /** Accepted, and no whole copy at a printer. */
  readonly lost: readonly string[];
  /** Whole more than once, and not marked as possibly printed twice. */
  readonly unmarkedDoubles: readonly string[];
  readonly doubles: number;
  /**
   * Bytes of the old owner that came after the survivor's first one, before it announced the
   * address again: on a machine too busy for its leases the group may be back there.
   */
  readonly oldOwnerBytes: number;
  /** Each with what its client was told, or saw. */
  readonly refused: readonly string[];
  readonly broken: readonly string[];
  readonly unreached: readonly string[];
}

export interface Judged {
  readonly journal: Journal;
  readonly faultAtMs: number;
  /** When the fault had struck whole: pulling a cable takes a moment. */
  readonly struckAtMs: number;
  readonly oldMac: string;
  readonly survivorMac: string;
  /** Ids of documents whose job says that it may have been printed twice. */
  readonly marked: ReadonlySet<string>;
}

export function judge(judged: Judged): RoundResult {
  const { journal, faultAtMs, struckAtMs, oldMac, survivorMac, marked } = judged;
  const documents = journal.printer.filter((line): line is Document => line.kind === 'document');
  const bytes = journal.printer.flatMap((line) => (line.kind === 'bytes' ? [line] : []));
  const survivors = bytes.find(({ atMs, mac }) => mac === survivorMac && atMs > faultAtMs);
  const accepted = journal.client.filter(({ outcome }) => outcome === 'accepted');
  const after = accepted.filter(({ startedAtMs }) => startedAtMs >= struckAtMs);
  const acceptedAtMs = Math.min(...after.map(({ endedAtMs }) => endedAtMs));
  const announced = journal.printer.find(
    (line) => line.kind === 'announced' && line.mac === survivorMac && line.atMs > faultAtMs,
  );
  const whole = new Map<string, number>();
  for (const { head, whole: isWhole } of documents) {
    const id = idOf(head);
    if (isWhole) whole.set(id, (whole.get(id) ?? 0) + 1);
  }
  const doubled = [...whole].filter(([, count]) => count > 1).map(([id]) => id);
  const late = survivors === undefined ? Infinity : survivors.atMs;
  const back = journal.printer.find(
    (line) => line.kind === 'announced' && line.mac === oldMac && line.atMs > late,
  );
  const backAtMs = back?.kind === 'announced' ? back.atMs : Infinity;
  const detailsOf = (wanted: ClientLine['outcome']) =>
    journal.client.flatMap(({ outcome, detail }) => (outcome === wanted ? [detail] : []));
  return {
    firstByteMs: survivors === undefined ? undefined : survivors.atMs - faultAtMs,
    announcedMs: announced?.kind === 'announced' ? announced.atMs - faultAtMs : undefined,
    firstAcceptedMs: after.length === 0 ? undefined : acceptedAtMs - faultAtMs,
    gapMs: longestGap(accepted, faultAtMs),
    accepted: accepted.length,
    lost: accepted.map(({ id }) => id).filter((id) => !whole.has(id)),
    unmarkedDoubles: doubled.filter((id) => !marked.has(id)),
    doubles: doubled.length,
    oldOwnerBytes: bytes.filter(({ atMs, mac }) => mac === oldMac && atMs > late && atMs < backAtMs)
      .length,
    refused: detailsOf('refused'),
    broken: detailsOf('broken'),
    unreached: detailsOf('unreached'),
  };
}

function longestGap(accepted: readonly ClientLine[], fromMs: number): number {
  const times = accepted.map(({ endedAtMs }) => endedAtMs).toSorted((a, b) => a - b);
  let before = fromMs;
  let longest = 0;
  for (const atMs of times) {
    if (atMs <= fromMs) continue;
    longest = Math.max(longest, atMs - before);
    before = atMs;
  }
  return longest;
}

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
