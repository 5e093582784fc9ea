// Many power cuts in simulation, by seed: what `npm run crash-test -- --power-cuts N` runs.
import { parseArgs } from 'node:util';
import { runPowerCut } from './power-cut.ts';

const reportEvery = 1_000;

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
  const done = seed - first + 1;
  if (done % reportEvery === 0 || done === cuts) {
    process.stdout.write(`${done} of ${cuts} power cuts: ${JSON.stringify(total)}\n`);
  }
}
process.exitCode = total.failures === 0 ? 0 : 1;
