// The pair as it is now: how the two hear each other changes without an event, so it is looked at
// again and again; the other one's printers, unknown while it is gone.
import { effect, signal } from '@preact/signals';
import type { GroupView, PageView, PairView, PeerPrintersView } from '../../firmware/api/types.ts';
import { ask } from '../wire/api.ts';
import { pairChanged } from './live.ts';
import { session } from './session.ts';

export const pair = signal<PairView | undefined>(undefined);
export const groups = signal<readonly GroupView[]>([]);
export const peerPrinters = signal<PeerPrintersView | undefined>(undefined);

const pairedLookMs = 2_000;
/** Nobody hears of a pairing that began at the other box. */
const aloneLookMs = 10_000;

export async function readPair(): Promise<void> {
  const [seen, list] = await Promise.all([
    ask<PairView>('/pair'),
    ask<PageView<GroupView>>('/groups'),
  ]);
  pair.value = seen;
  groups.value = list.items;
  peerPrinters.value = seen.paired ? await ask<PeerPrintersView>('/pair/printers') : undefined;
}

/** Looks for as long as somebody is logged in. */
export function followPair(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (session.peek().kind !== 'logged-in') return;
    const again = (): void => {
      timer = setTimeout(look, pair.peek()?.paired === true ? pairedLookMs : aloneLookMs);
    };
    // The stream of events says that the appliance does not answer.
    readPair().then(again, again);
  };
  effect(() => {
    if (session.value.kind === 'logged-in' && pairChanged.value >= 0) look();
  });
}

/** Safe where the other holds all that clients were told of each group that is owned here. */
export function isSafe(seen: PairView, all: readonly GroupView[]): boolean {
  const mine = all.filter(({ ownedHere }) => ownedHere);
  return seen.peer?.connected === true && mine.every(({ mode }) => mode === 'in-step');
}

/** The group of `group/name`: its owner answers, whichever box is asked. */
export function groupOf(id: string): string | undefined {
  const at = id.indexOf('/');
  return at < 0 ? undefined : id.slice(0, at);
}
