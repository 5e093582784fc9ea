// 150 seeds of the simulated pair without a witness; `npm run simulate` runs as many as wanted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeeds } from '../world/pair/seeds.ts';

const seeds = { from: 1, count: 150, stride: 1, twiceEvery: 10, level: 'boxes' } as const;

test('without a witness only the one named exception happens, and it is counted', async () => {
  const { failures, exceptions } = await runSeeds({ ...seeds, witness: false });
  assert.deepEqual(failures, []);
  assert.ok(exceptions > 0, 'the seeds no longer cut the nodes off from each other');
});
