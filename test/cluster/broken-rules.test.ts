// Each rule taken out is caught by a recorded seed below 1,000; and not where it is in place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rules } from '../../firmware/cluster/rules/table.ts';
import { brokenRules } from '../world/pair/broken.ts';
import { runPair } from '../world/pair/run.ts';

const seedsAtMost = 1_000;

describe('a rule is taken out, and the simulation shows it', () => {
  for (const broken of brokenRules) {
    const { seed, witness } = broken;
    test(`${broken.rule}: ${broken.without} (seed ${seed})`, () => {
      assert.ok(seed <= seedsAtMost);
      const withoutIt = runPair({
        seed,
        witness,
        rules: { ...rules, ...broken.rules },
        broken: broken.parts ?? [],
      });
      assert.notDeepEqual(withoutIt.violations, []);
      assert.deepEqual(runPair({ seed, witness }).violations, []);
    });
  }
});
