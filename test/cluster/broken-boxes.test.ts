// Rules taken out of the production boxes are caught by a recorded seed below 1,000; and nothing is
// where they are in place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../firmware/cluster/rules/table.ts';
import { boxRules } from '../world/pair/broken.ts';
import { runPair } from '../world/pair/run.ts';
import { createTemplate } from '../world/pair/template.ts';

const template = await createTemplate();

for (const { rule, without, seed, witness, rules: broken, parts = [] } of boxRules) {
  test(`${rule}: ${without} (seed ${seed})`, async () => {
    assert.ok(seed <= 1_000);
    const changed = { ...rules, ...broken };
    const withoutIt = await runPair({ seed, witness, template, rules: changed, broken: parts });
    assert.notDeepEqual(withoutIt.violations, []);
    const withIt = await runPair({ seed, witness, template });
    assert.deepEqual(withIt.violations, []);
  });
}
