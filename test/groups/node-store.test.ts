// The node's store: records of a group go by its owner, or nowhere.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createNodeStore } from '../../firmware/groups/node-store.ts';
import type { CommitUnit, Store } from '../../firmware/store/contract.ts';
import { unusedStore } from '../fakes/unused-store.ts';

const term = { generation: 1, counter: 1, node: 'a' };
const changes: CommitUnit['changes'] = [
  { type: 'registry.key-created', payload: { path: ['Snmp', 'Indices'] } },
];

function subject({ owned = true } = {}) {
  const went: string[] = [];
  const by = (name: string): Pick<Store, 'commit'> => ({
    async commit({ spooler }) {
      went.push(`${name} ${spooler}`);
      return { kind: 'committed', lastSeq: 1, jobs: [], printers: [], events: [] };
    },
  });
  const store: Store = { ...unusedStore, ...by('node') };
  const storeOf = () => (owned ? by('owner') : undefined);
  return { store: createNodeStore({ store, localSpooler: 'local', storeOf }), went };
}

describe('the node’s store', () => {
  test('takes what is the node’s own, and events of a group', async () => {
    const { store, went } = subject({ owned: false });
    await store.commit({ spooler: 'local', term, changes });
    await store.commit({ spooler: 'group', term, changes: [] });
    assert.deepEqual(went, ['node local', 'node group']);
  });

  test('hands a group’s records to its owner', async () => {
    const { store, went } = subject();
    await store.commit({ spooler: 'group', term, changes });
    assert.deepEqual(went, ['owner group']);
  });

  test('refuses those of a group that is not owned here', async () => {
    const { store, went } = subject({ owned: false });
    const outcome = await store.commit({ spooler: 'group', term, changes });
    assert.equal(outcome.kind, 'refused');
    assert.deepEqual(went, []);
  });
});
