// Each rule taken out is caught by a recorded seed below 1,000; and not where it is in place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rules } from '../../firmware/cluster/rules/table.ts';
import { brokenRules } from '../world/model/broken.ts';
import { runModel } from '../world/model/run.ts';

const seedsAtMost = 1_000;

describe('a rule is taken out, and the simulation shows it', () => {
  for (const broken of brokenRules) {
    const { seed, witness } = broken;
    test(`${broken.rule}: ${broken.without} (seed ${seed})`, async () => {
      assert.ok(seed <= seedsAtMost);
      const withoutIt = await runModel({
        seed,
        witness,
        rules: { ...rules, ...broken.rules },
        broken: broken.parts ?? [],
      });
      assert.notDeepEqual(withoutIt.violations, []);
      const withIt = await runModel({ seed, witness });
      assert.deepEqual(withIt.violations, []);
    });
  }
});
