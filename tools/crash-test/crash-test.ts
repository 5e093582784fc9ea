// `npm run crash-test`: kills at random moments, counted by what clients were told and printers
// received.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countsOf, runCrashes } from './crashes.ts';

/** On a disk, as data folders are. */
const parentFolder = '/var/tmp';

const usage = `usage: npm run crash-test -- [--runs N] [--seed S]
  --runs N  kills of a real process under load (100)
  --seed S  what to draw from (1)
`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (![runs, seed].every((number) => Number.isSafeInteger(number) && number > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  return await runKills(runs, seed);
}

async function runKills(runs: number, seed: number): Promise<number> {
  const folder = await mkdtemp(join(parentFolder, 'platen-crash-'));
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  report(
    `${runs} kills, seed ${seed}; replay: npm run crash-test -- --runs ${runs} --seed ${seed}`,
  );
  try {
    const verdict = await runCrashes({ runs, seed, folder, report });
    report(`${verdict.failures.length === 0 ? 'passed' : 'FAILED'}: ${countsOf(verdict)}`);
    return verdict.failures.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
