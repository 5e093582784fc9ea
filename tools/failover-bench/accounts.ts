// What became of everything that clients printed, over a whole scenario: nothing lost, nothing
// twice without a mark.
import type { Box } from './box.ts';
import { idOf } from './journal.ts';
import type { ClientLine, PrinterLine } from './lines.ts';
import { markedIds, waitUntil } from './round.ts';

export interface Account {
  readonly accepted: number;
  readonly lost: readonly string[];
  readonly doubles: readonly string[];
  readonly unmarked: readonly string[];
}

/** Waits a while for what still prints. */
export async function settleAccount(options: {
  readonly boxes: readonly Box[];
  readonly client: readonly ClientLine[];
  readonly printer: () => readonly PrinterLine[];
  readonly waitMs: number;
}): Promise<Account> {
  const { client, printer } = options;
  const accepted = client.filter(({ outcome }) => outcome === 'accepted').map(({ id }) => id);
  const missing = () => {
    const printed = wholeCopies(printer());
    return accepted.filter((id) => !printed.has(id));
  };
  await waitUntil(() => missing().length === 0, options.waitMs);
  const doubles = [...wholeCopies(printer())].filter(([, count]) => count > 1).map(([id]) => id);
  const marked = await markedIds(options.boxes);
  return {
    accepted: accepted.length,
    lost: missing(),
    doubles,
    unmarked: doubles.filter((id) => !marked.has(id)),
  };
}

export function faultsIn({ lost, unmarked }: Account): readonly string[] {
  return [
    ...(lost.length > 0 ? [`accepted and not printed: ${lost.join(' ')}`] : []),
    ...(unmarked.length > 0 ? [`printed twice without a mark: ${unmarked.join(' ')}`] : []),
  ];
}

/** By id: how often a printer got all of it. */
export function wholeCopies(lines: readonly PrinterLine[]): ReadonlyMap<string, number> {
  const copies = new Map<string, number>();
  for (const line of lines) {
    if (line.kind !== 'document' || !line.whole) continue;
    const id = idOf(line.head);
    copies.set(id, (copies.get(id) ?? 0) + 1);
  }
  return copies;
}
