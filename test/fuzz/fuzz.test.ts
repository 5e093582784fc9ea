// A minute of fuzzing, which begins with what was found before; `npm run fuzz` goes on for longer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './run.ts';
import { pureTarget } from './target.ts';
import { fuzzTargets } from './targets/table.ts';

const minuteMs = 60_000;

test('a minute of inputs that nobody foresaw: no findings', async () => {
  const { findings, reports } = await fuzz({ targets: fuzzTargets, seed: 1, forMs: minuteMs });
  const told = findings.map(({ target, what, input }) => {
    const shown = Buffer.from(input.subarray(0, 300)).toString('base64');
    return `${target}: ${what}\n${shown}`;
  });
  assert.deepEqual(told, []);
  for (const { target, runs } of reports) assert.ok(runs > 10, `${target}: ${runs} runs`);
});

test('what must not happen is found', async () => {
  const target = pureTarget({
    name: 'fragile',
    seeds: [Buffer.from('length=3')],
    words: ['length=', 'x'],
    judge(input) {
      const text = Buffer.from(input).toString('latin1');
      if (text.includes('x=')) throw new Error('it fell over');
      return text.slice(0, 4);
    },
  });
  const { findings } = await fuzz({ targets: [target], seed: 1, forMs: 500 });
  assert.ok(findings.some(({ what }) => what.includes('it fell over')));
});
