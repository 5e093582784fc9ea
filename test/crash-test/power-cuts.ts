// A row of power cuts in simulation, by seed: `npm run crash-test -- --power-cuts N` runs many. Its
// last line is the counts.
import { parseArgs } from 'node:util';
import { runPowerCut } from './power-cut.ts';

const { values } = parseArgs({
  options: { cuts: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const [cuts, first] = [Number(values.cuts), Number(values.seed)];
const total = { acknowledged: 0, marked: 0, held: 0, cautious: 0, failures: 0 };
for (let seed = first; seed < first + cuts; seed += 1) {
  const verdict = await runPowerCut(seed);
  total.acknowledged += verdict.acknowledged;
  total.marked += verdict.marked;
  total.held += verdict.held;
  total.cautious += verdict.cautious;
  total.failures += verdict.failures.length;
  for (const failure of verdict.failures) {
    process.stdout.write(
      `seed ${seed}: ${failure}; replay: npm run crash-test -- --power-cuts 1 --seed ${seed}\n`,
    );
  }
}
process.stdout.write(`${JSON.stringify(total)}\n`);
