// What the event ring is told of a group's resources and jobs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPolicy, type GroupDefinition } from '../../firmware/cluster/group-definition.ts';
import { type GroupEvent, startGroupResources, stepGroup } from '../../firmware/cluster/groups.ts';
import type { EventDraft } from '../../firmware/events/event.ts';
import { createGroupEvents } from '../../firmware/groups/group-events.ts';
import { VirtualClock } from '../world/clock.ts';

const definition: GroupDefinition = {
  id: 'g',
  name: 'accounts',
  addresses: [],
  spoolers: ['g'],
  preferredOwner: undefined,
  policy: { ...defaultPolicy, restartAction: 'none' },
};

test('online, offline by a wish, and failed are told once each; what is under way is not', () => {
  const told: EventDraft[] = [];
  const events = createGroupEvents({
    id: 'g',
    name: () => 'accounts',
    view: () => undefined,
    events: { report: (draft) => void told.push(draft) },
    clock: new VirtualClock(),
  });
  let group = startGroupResources(definition, 'here', 0);
  const feed = (event: GroupEvent) => {
    group = stepGroup(group, event, 0).group;
    events.look(group);
    events.look(group);
  };
  const all = (kind: 'online' | 'offline', ...order: readonly ('address' | 'name' | 'spooler')[]) =>
    order.forEach((resource) => feed({ kind, resource }));
  feed({ kind: 'owned', wanted: 'online' });
  all('online', 'address', 'name', 'spooler');
  feed({ kind: 'take-offline' });
  all('offline', 'spooler', 'name', 'address');
  feed({ kind: 'bring-online' });
  all('online', 'address', 'name', 'spooler');
  feed({ kind: 'failed', resource: 'spooler', reason: 'it hung' });
  events.look(undefined);
  events.jobsHeld(2);
  events.jobsHeld(0);
  assert.deepEqual(
    told.map(({ type }) => type),
    [
      'group-online',
      'group-offline',
      'group-online',
      'group-failed',
      'group-jobs-held',
      'group-jobs-released',
    ],
  );
  assert.equal(told[3]?.facts['reason'], 'it hung');
  assert.equal(told[4]?.facts['jobs'], 2);
});
