// What is told of groups, and the indices of their printers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft } from '../../firmware/events/event.ts';
import type { GroupView } from '../../firmware/pair/contract.ts';
import type { PairRoom } from '../../firmware/pair/room-contract.ts';
import { createSnmpIndices } from '../../firmware/registry/snmp-indices.ts';
import { tellGroupEvents } from '../../firmware/snmp/pair-view.ts';
import type { Store, Term } from '../../firmware/store/contract.ts';
import { VirtualClock } from '../world/clock.ts';

const term: Term = { generation: 1, counter: 7, node: 'here' };

function viewOf(more: Partial<GroupView>): GroupView {
  return {
    role: 'standby',
    term,
    mode: 'in-step',
    owner: 'there',
    leaseBy: 'echo',
    alone: false,
    lapses: 0,
    ...more,
  };
}

describe('events of groups', () => {
  const told = (...views: readonly GroupView[]) => {
    const types: string[] = [];
    const listeners: ((group: string, view: GroupView) => void)[] = [];
    const pair: Parameters<typeof tellGroupEvents>[0] = {
      thread: {
        onView: (listener: (group: string, view: GroupView) => void) => {
          listeners.push(listener);
          return () => undefined;
        },
      } satisfies Partial<PairRoom['thread']>,
      book: { find: () => undefined },
      onMembership: () => () => undefined,
    };
    const report = (draft: EventDraft) => void types.push(draft.type);
    tellGroupEvents(pair, { report }, new VirtualClock());
    for (const view of views) for (const hear of listeners) hear('g', view);
    return types;
  };

  test('the new owner tells of a failover, and of going on alone', () => {
    const types = told(
      viewOf({}),
      viewOf({ role: 'claiming', owner: undefined }),
      viewOf({ role: 'owner', owner: 'here', mode: 'exposed' }),
      viewOf({ role: 'owner', owner: 'here', mode: 'exposed', lapses: 1 }),
      viewOf({ role: 'owner', owner: 'here' }),
    );
    assert.deepEqual(types, [
      'group-owner-changed',
      'group-failed-over',
      'group-exposed',
      'group-in-step',
    ]);
  });

  test('a move is another owner and no failover', () => {
    const moved = viewOf({ role: 'owner', owner: 'here', leaseBy: 'grant' });
    assert.deepEqual(told(viewOf({}), moved), ['group-owner-changed']);
  });

  test('a first owner tells that, and a standby nothing', () => {
    assert.deepEqual(told(viewOf({ owner: undefined }), viewOf({ role: 'owner', owner: 'here' })), [
      'group-owner-changed',
    ]);
    assert.deepEqual(told(viewOf({ owner: 'here' }), viewOf({ mode: 'outdated' })), []);
  });
});

/** The registry's values by spooler, as the store keeps them. */
function registryStore() {
  const kept = new Map<string, Map<string, number>>();
  const store: Parameters<typeof createSnmpIndices>[0]['store'] = {
    query: async (_name: string, { spooler }: { readonly spooler: string }) =>
      [...(kept.get(spooler) ?? [])].map(([name, data]) => ({
        name,
        value: { type: 'dword' as const, data },
      })),
    logEnds: async () => [...kept.keys()].map((spooler) => ({ spooler, term, seq: 1 })),
    async commit({ spooler, changes }: Parameters<Store['commit']>[0]) {
      const values = kept.get(spooler) ?? new Map<string, number>();
      kept.set(spooler, values);
      for (const { type, payload } of changes) {
        if (type !== 'registry.values-set') continue;
        for (const { name, value } of payload.values) {
          if (value.type === 'dword') values.set(name, value.data);
        }
      }
      return { kind: 'committed', lastSeq: 1, jobs: [], printers: [], events: [] };
    },
  };
  return { store, kept };
}

describe('indices', () => {
  const make = (store: ReturnType<typeof registryStore>['store'], owned = true) =>
    createSnmpIndices({
      store,
      localSpooler: 'local',
      termOf: (spooler) => (spooler === 'local' || owned ? term : undefined),
    });

  test('are given once, and stay when a printer goes', async () => {
    const { store } = registryStore();
    const first = await make(store).of('local', ['a', 'b']);
    assert.deepEqual(
      [...first],
      [
        ['a', 1],
        ['b', 2],
      ],
    );
    const later = await make(store).of('local', ['b', 'c']);
    assert.deepEqual(
      [...later],
      [
        ['b', 2],
        ['c', 3],
      ],
    );
  });

  test('of a group begin at 10,000, and are the same on a new owner', async () => {
    const { store, kept } = registryStore();
    const indices = await make(store).of('group-id', ['a', 'b']);
    for (const index of indices.values()) assert.ok(index >= 10_000, `${index}`);
    assert.equal(kept.get('group-id')?.size, 2);
    // The other node has the same records.
    const there = await make(store).of('group-id', ['a', 'b']);
    assert.deepEqual([...there], [...indices]);
    const other = await make(store).of('another', ['x']);
    assert.ok(![...indices.values()].includes(other.get('x') ?? 0));
  });

  test('are not given by whoever does not own the group', async () => {
    const { store } = registryStore();
    assert.equal((await make(store, false).of('group-id', ['a'])).size, 0);
  });
});
