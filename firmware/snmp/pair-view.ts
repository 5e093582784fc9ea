// What SNMP shows of the pair, and the events by which it is told of its groups.
import type { Clock } from '../../hal/contract.ts';
import type { Events } from '../events/event.ts';
import type { GroupView, PairThread } from '../pair/contract.ts';
import type { PairRoom } from '../pair/room-contract.ts';
import type { Term } from '../store/contract.ts';
import type { MibGroup, MibPair } from './contract.ts';

/** What is listened to. */
interface GroupsHeard {
  readonly thread: Pick<PairThread, 'onView'> | undefined;
  readonly book: Pick<PairRoom['book'], 'find'>;
  onMembership(listener: () => void): () => void;
}

type Pair = Pick<PairRoom, 'thread' | 'book' | 'membership'>;

export function pairView(
  pair: Pair,
  nodeId: string,
  clock: Pick<Clock, 'monotonicMs'>,
): Omit<MibPair, 'spoolReserveBytes' | 'spoolFreeBytes'> {
  const { thread, book } = pair;
  const heardAtMs = thread?.link.heardAtMs;
  return {
    nodeId,
    peerId: pair.membership().peer?.nodeId ?? '',
    heartbeatAgeMs:
      heardAtMs === undefined ? undefined : Math.max(0, clock.monotonicMs() - heardAtMs),
    groups: book.list().map(({ id, name }) => groupOf(name, thread?.view(id))),
  };
}

function groupOf(name: string, view: GroupView | undefined): MibGroup {
  return {
    name,
    state: stateOf(view),
    term: view?.term.counter ?? 0,
    ownerId: view?.owner ?? '',
    ownedHere: view !== undefined && isOwner(view),
    exposed: view?.mode === 'exposed',
  };
}

function stateOf(view: GroupView | undefined): MibGroup['state'] {
  if (view === undefined) return 'offline';
  switch (view.role) {
    case 'boot':
      return 'initializing';
    case 'claiming':
      return 'online-pending';
    case 'draining':
      return 'offline-pending';
    case 'owner':
      return 'online';
    case 'standby':
      return view.owner === undefined ? 'offline' : 'online';
  }
}

function isOwner({ role }: GroupView): boolean {
  return role === 'owner' || role === 'draining';
}

/** The term under which this node owns a group; undefined: it does not. */
export function groupTerm({ thread }: Pick<Pair, 'thread'>, group: string): Term | undefined {
  const view = thread?.view(group);
  return view !== undefined && isOwner(view) ? view.term : undefined;
}

type GroupEventType =
  | 'group-owner-changed'
  | 'group-failed-over'
  | 'group-exposed'
  | 'group-in-step';

/**
 * Tells the event ring when this node has become a group's owner, by a failover or not, and when it
 * goes on alone or no longer does. Only the owner tells: one appliance, one notification. Returns
 * the way to end it.
 */
export function tellGroupEvents(
  pair: GroupsHeard,
  events: Pick<Events, 'report'>,
  clock: Pick<Clock, 'wall'>,
): () => void {
  const before = new Map<string, GroupView>();
  const owners = new Map<string, string>();
  let unsubscribe: () => void = () => undefined;

  const hear = (group: string, view: GroupView) => {
    const last = before.get(group);
    before.set(group, view);
    const owner = owners.get(group);
    // Whoever claims does not own yet.
    if (view.role !== 'claiming' && view.owner !== undefined) owners.set(group, view.owner);
    if (view.role !== 'owner') return;
    const name = pair.book.find(group)?.name ?? group;
    const report = (type: GroupEventType) =>
      events.report({
        type,
        at: clock.wall(),
        spooler: group,
        facts: { group: name, owner: view.owner ?? '', term: view.term.counter },
      });
    if (owner !== view.owner) report('group-owner-changed');
    // Given by a peer that speaks: a move, or both have started.
    const given = view.leaseBy === 'grant';
    if (owner !== undefined && owner !== view.owner && !given) report('group-failed-over');
    const wasExposed = last?.role === 'owner' && last.mode === 'exposed';
    if (view.mode === 'exposed' && !wasExposed) report('group-exposed');
    if (view.mode === 'in-step' && wasExposed) report('group-in-step');
  };

  const follow = () => {
    unsubscribe();
    before.clear();
    owners.clear();
    unsubscribe = pair.thread?.onView(hear) ?? (() => undefined);
  };
  follow();
  const endMembership = pair.onMembership(follow);
  return () => {
    unsubscribe();
    endMembership();
  };
}
