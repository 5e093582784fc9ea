// `npm run crash-test`: kills and power cuts at random moments, counted by what clients were told
// and printers received.
import { mkdtemp, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countOf, runAsTool } from '../tool.ts';
import { needPackages } from '../verify/tool-packages.ts';
import { countsOf, runCrashes } from './crashes.ts';
import { runCutRows } from './cut-rows.ts';
import { runFullDisks } from './full-disk.ts';

/** On a disk, as data folders are. */
const parentFolder = '/var/tmp';
const defaultRuns = 100;

const usage = `usage: npm run crash-test -- [--runs N] [--power-cuts N] [--full-disks N]
       [--recorded-cuts N] [--seed S]
  --runs N        kills of a real process under load (100, unless power cuts are asked for)
  --power-cuts N  power cuts in simulation, one a seed, from --seed on
  --recorded-cuts N  power cuts from a recording of real SQLite and real files (needs strace)
  --full-disks N  a small disk is filled so many times under load (needs unshare)
  --seed S        what to draw from (1)
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const powerCuts = join(root, 'test', 'crash-test', 'power-cuts.ts');
const recordedCuts = join(root, 'test', 'crash-test', 'recorded-cuts.ts');

try {
  process.exitCode = await runAsTool(usage, process.argv.slice(2), main);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      'power-cuts': { type: 'string' },
      'full-disks': { type: 'string' },
      'recorded-cuts': { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const cuts = countOf('power-cuts', values['power-cuts'] ?? '0');
  const fills = countOf('full-disks', values['full-disks'] ?? '0');
  const recorded = countOf('recorded-cuts', values['recorded-cuts'] ?? '0');
  const usualRuns = cuts + fills + recorded > 0 ? 0 : defaultRuns;
  const runs = countOf('runs', values.runs ?? String(usualRuns));
  const seed = countOf('seed', values.seed);
  if (recorded > 0) await needPackages(['crash-test/recorded-cuts']);
  const cutStatus = cuts > 0 ? await runPowerCuts(cuts, seed) : 0;
  const recordedStatus = recorded > 0 ? await runRecordedCuts(recorded, seed) : 0;
  const fillStatus = fills > 0 ? await fillDisks(fills, seed) : 0;
  const killStatus = runs > 0 ? await runKills(runs, seed) : 0;
  return Math.max(cutStatus, recordedStatus, fillStatus, killStatus);
}

async function fillDisks(rounds: number, seed: number): Promise<number> {
  const { passed, output } = await runFullDisks(rounds, seed);
  process.stdout.write(output);
  return passed ? 0 : 1;
}

async function runPowerCuts(cuts: number, seed: number): Promise<number> {
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  const { failures } = await runCutRows({ script: powerCuts, cuts, seed, report });
  return failures === 0 ? 0 : 1;
}

/** In a process of its own: the simulation belongs to the tests. */
function runRecordedCuts(cuts: number, seed: number): Promise<number> {
  const words = [recordedCuts, '--cuts', String(cuts), '--seed', String(seed)];
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
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
