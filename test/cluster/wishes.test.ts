// What a group's log says of the group itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wishChanges, wishesIn } from '../../firmware/cluster/host/wishes.ts';
import type { Change } from '../../firmware/store/records/table.ts';

test('what is wished is read from its records, and only what was named', () => {
  assert.deepEqual(wishesIn(wishChanges({ wanted: 'offline' })), { wanted: 'offline' });
  assert.deepEqual(wishesIn(wishChanges({ failedOn: 'node' })), { failedOn: 'node' });
  assert.deepEqual(wishesIn(wishChanges({ wanted: 'online', failedOn: undefined })), {
    wanted: 'online',
    failedOn: undefined,
  });
});

test('the last record counts; other keys and kinds of value say nothing', () => {
  const other: Change = {
    type: 'registry.values-set',
    payload: {
      path: ['Monitors', 'tcp'],
      values: [{ name: 'Wanted', value: { type: 'string', data: 'offline' } }],
    },
  };
  const number: Change = {
    type: 'registry.values-set',
    payload: { path: ['Cluster'], values: [{ name: 'Wanted', value: { type: 'dword', data: 1 } }] },
  };
  assert.deepEqual(wishesIn([other, number]), {});
  const both = [...wishChanges({ wanted: 'offline' }), ...wishChanges({ wanted: 'online' })];
  assert.deepEqual(wishesIn(both), { wanted: 'online' });
});
