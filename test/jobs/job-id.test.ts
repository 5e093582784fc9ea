// Ids of jobs: version 7, in the order of time, unique within one millisecond.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newJobId } from '../../firmware/jobs/job-id.ts';
import { SeededRandom } from '../world/random.ts';

test('ids are UUIDs of version 7 and grow with the wall clock, whatever it says', () => {
  const random = new SeededRandom(1);
  const idAt = (ms: number) => newJobId({ wall: () => ({ ms, trusted: false }) }, random);
  const ids = [-5, 0, 1.5, 1_764_277_000_000, 1_764_277_000_001, 2 ** 50].map(idAt);
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  const times = ids.map((id) => id.slice(0, 13));
  assert.deepEqual(times, times.toSorted());
  assert.notEqual(idAt(7), idAt(7));
});
