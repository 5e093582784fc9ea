// A box that dies for good, and one with an empty disk in its place, on simulated boxes: the group
// has an owner again, the new box has all of its log, and no invariant is broken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../firmware/cluster/rules/table.ts';
import { compareTerms, sameTerm } from '../../firmware/cluster/term.ts';
import type { Fault } from '../world/pair/faults.ts';
import { runPair } from '../world/pair/run.ts';
import { createTemplate } from '../world/pair/template.ts';
import { createRandom } from '../world/seeded-random.ts';

const template = await createTemplate();
const seeds = Array.from({ length: 10 }, (_, index) => index + 1);

/** Invariants that no excuse covers: what one box alone knew is lost with it (1). */
const neverBroken: ReadonlySet<number> = new Set([2, 3, 5, 6, 9, 10, 11]);

function replacing(seed: number): readonly Fault[] {
  const random = createRandom(seed, 'replaced');
  const atMs = Math.round(random.between(4_000, 9_000));
  const forMs = Math.round(random.between(300, 7_000));
  return [{ kind: 'replace', node: random.pick(['a', 'b']), atMs, forMs }];
}

for (const witness of [true, false]) {
  test(`a box is replaced, ${witness ? 'with' : 'without'} a witness`, async () => {
    for (const seed of seeds) {
      const { violations } = await runPair({ seed, witness, template, faults: replacing(seed) });
      assert.deepEqual(violations, [], `seed ${seed}`);
    }
  });
}

test('R6: what the dead box may have printed alone does not print again unmarked', async () => {
  for (const seed of seeds) {
    const [replaced] = replacing(seed);
    assert.ok(replaced?.kind === 'replace');
    const random = createRandom(seed, 'apart');
    const apartMs = Math.round(random.between(500, 5_000));
    const atMs = replaced.atMs - 3_000;
    const links = [
      ['a', 'b'],
      ['b', 'a'],
    ] as const;
    const faults: readonly Fault[] = [
      { kind: 'cut', links, atMs, forMs: apartMs },
      { ...replaced, atMs: atMs + apartMs },
    ];
    for (const witness of [true, false]) {
      const { violations } = await runPair({ seed, witness, template, faults });
      const broken = violations.filter(({ invariant }) => neverBroken.has(invariant));
      assert.deepEqual(broken, [], `seed ${seed}`);
    }
  }
});

test('B1: an empty log that counts by its term leaves the group without an owner', async () => {
  const broken = {
    ...rules,
    B1(...[turn, beat]: Parameters<typeof rules.B1>) {
      const { durable, log } = turn.state;
      const higher = compareTerms(beat.logEnd.term, log.end.term) > 0;
      const empty = beat.logEnd.seq === 0 && log.end.seq > 0;
      if (sameTerm(beat.term, durable.term) && empty && higher) return;
      rules.B1(turn, beat);
    },
  };
  const found = [];
  for (const seed of seeds) {
    const faults = replacing(seed);
    const { violations } = await runPair({ seed, witness: false, template, faults, rules: broken });
    if (violations.length > 0) found.push(seed);
  }
  assert.notDeepEqual(found, []);
});
