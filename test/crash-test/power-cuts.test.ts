// The short form of the power cuts: 200 seeds over the production spooler, and the same zeros.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runPowerCut } from './power-cut.ts';

const seeds = 200;
const seedsPerTest = 50;

describe('a power cut loses nothing, doubles nothing unmarked, prints nothing again', () => {
  for (let first = 1; first <= seeds; first += seedsPerTest) {
    test(`seeds ${first} to ${first + seedsPerTest - 1}`, async () => {
      for (let seed = first; seed < first + seedsPerTest; seed += 1) {
        const { failures } = await runPowerCut(seed);
        assert.deepEqual(failures, [], `seed ${seed}`);
      }
    });
  }
});
