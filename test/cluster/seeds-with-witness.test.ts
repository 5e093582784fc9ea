// 150 seeds of the simulated pair with a witness; `npm run simulate` runs as many as wanted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeeds } from '../world/pair/seeds.ts';

const seeds = { from: 1, count: 150, stride: 1, twiceEvery: 10, level: 'boxes' } as const;

test('with a witness no seed breaks an invariant, and there is no exception', async () => {
  const { failures, exceptions } = await runSeeds({ ...seeds, witness: true });
  assert.deepEqual(failures, []);
  assert.equal(exceptions, 0);
});
