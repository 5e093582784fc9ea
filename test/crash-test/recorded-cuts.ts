// Many power cuts from one recording: what `npm run crash-test -- --recorded-cuts N` runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { record, runRecordedCut } from './recorded/cuts.ts';

const { values } = parseArgs({
  options: { cuts: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const [cuts, first] = [Number(values.cuts), Number(values.seed)];
const folder = await mkdtemp(join(tmpdir(), 'platen-recorded-'));
const total = { accepted: 0, marked: 0, cautious: 0, failures: 0 };
try {
  const recording = await record(folder, first);
  for (let seed = first; seed < first + cuts; seed += 1) {
    const verdict = await runRecordedCut(recording, seed, folder);
    total.accepted += verdict.accepted;
    total.marked += verdict.marked;
    total.cautious += verdict.cautious;
    total.failures += verdict.failures.length;
    for (const failure of verdict.failures) process.stdout.write(`cut ${seed}: ${failure}\n`);
  }
  const again = `npm run crash-test -- --recorded-cuts ${cuts} --seed ${first}`;
  const what = `${cuts} cuts of ${recording.steps.length} recorded steps`;
  process.stdout.write(`${what}: ${JSON.stringify(total)}; replay: ${again}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = total.failures === 0 ? 0 : 1;
