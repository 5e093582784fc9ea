// `npm run fuzz`: inputs that nobody foresaw, for every parser that a stranger on the network, or a
// device, reaches.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../world/seeded-random.ts';
import { fuzz, type Finding } from './run.ts';
import { fuzzTargets } from './targets/table.ts';

const usage = `npm run fuzz -- [--minutes N] [--seed N] [--target NAME] [--keep]
npm run fuzz -- --target NAME --replay FILE
Targets: ${fuzzTargets.map(({ name }) => name).join(', ')}`;

const minuteMs = 60_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(process.pid) },
      target: { type: 'string', multiple: true },
      replay: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const targets = fuzzTargets.filter(({ name }) => values.target?.includes(name) ?? true);
  const [forMs, seed] = [Number(values.minutes) * minuteMs, Number(values.seed)];
  if (values.help || targets.length === 0 || !(forMs > 0) || !Number.isSafeInteger(seed)) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  if (values.replay !== undefined) return await replay(targets, values.replay, seed);
  process.stdout.write(`seed ${seed}\n`);
  const { findings, reports } = await fuzz({ targets, seed, forMs, keep: values.keep });
  for (const { target, runs, kinds, slowestMs } of reports) {
    process.stdout.write(
      `${target.padEnd(12)} ${String(runs).padStart(9)} runs ${String(kinds).padStart(5)} kinds, ` +
        `slowest ${slowestMs} ms of the processor\n`,
    );
  }
  process.stdout.write(`${findings.length} findings\n`);
  await tell(findings);
  return findings.length === 0 ? 0 : 1;
}

async function tell(findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'platen-fuzz-'));
  for (const [index, { target, what, input }] of findings.entries()) {
    const file = join(folder, `${target}-${index}.bin`);
    await writeFile(file, input);
    process.stdout.write(
      `\n${target}: ${what}\n  npm run fuzz -- --target ${target} --replay ${file}\n`,
    );
  }
}

async function replay(targets: typeof fuzzTargets, file: string, seed: number): Promise<number> {
  const input = await readFile(file);
  for (const target of targets) {
    const running = await target.open();
    try {
      const kind = await running.try(new Uint8Array(input), createRandom(seed, target.name));
      process.stdout.write(`${target.name}: ${kind}\n`);
    } finally {
      await running.close();
    }
  }
  return 0;
}

process.exitCode = await main();
