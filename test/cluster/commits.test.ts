// A group's commits on their way through the machine: nobody waits for one that has stopped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterEvent } from '../../firmware/cluster/contract/event.ts';
import { createGroupCommits } from '../../firmware/cluster/host/commits.ts';
import { firstTerm } from '../../firmware/cluster/term.ts';
import { StoreError } from '../../firmware/store/contract.ts';

test('who waits when the host stops, or comes later, hears that nothing is known', async () => {
  const fed: ClusterEvent[] = [];
  const commits = createGroupCommits({
    store: { commit: () => assert.fail('nothing is written before the machine says so') },
    feed: (event) => void fed.push(event),
    needsBoth: () => false,
    onAppended: () => undefined,
  });
  const unit = {
    spooler: 'group',
    term: firstTerm(1),
    changes: [{ type: 'registry.key-created', payload: { path: ['Ports'] } }],
  } as const;
  const waiting = commits.commit(unit);
  commits.end();
  await assert.rejects(waiting, StoreError);
  await assert.rejects(commits.commit(unit), StoreError);
  assert.equal(fed.length, 1);
});
