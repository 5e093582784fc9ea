// `npm run bench`: compares Platen with its peers, side by side in one run.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { countOf, runAsTool, UsageError } from '../tool.ts';
import { isToolPart, needPackages } from '../verify/tool-packages.ts';
import { type RowResult, runRow } from './harness.ts';
import { showRow } from './show.ts';
import { benchRows } from './table.ts';

/** On a disk, where /tmp may be memory, which would make durable work look cheap. */
const FOLDER = '/var/tmp';

const DEFAULT_ROUNDS = '7';
const DEFAULT_WARM_UPS = '1';
const DEFAULT_SEED = '1';

const USAGE = `usage: npm run bench -- [ROW…] [--rounds N] [--warm-ups N] [--seed N] [--json]
${benchRows.map((row) => `  ${row.name.padEnd(12)} ${row.what}`).join('\n')}
`;

try {
  process.exitCode = await runAsTool(USAGE, process.argv.slice(2), main);
} catch (error) {
  process.stderr.write(`bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: DEFAULT_ROUNDS },
      'warm-ups': { type: 'string', default: DEFAULT_WARM_UPS },
      seed: { type: 'string', default: DEFAULT_SEED },
      json: { type: 'boolean', default: false },
    },
  });
  const rounds = countOf('rounds', values.rounds, 1);
  const warmUps = countOf('warm-ups', values['warm-ups']);
  const seed = countOf('seed', values.seed);
  const unknown = positionals.find((name) => !benchRows.some((row) => matches(row.name, name)));
  if (unknown !== undefined) throw new UsageError(`there is no row ${unknown}`);
  const rows = benchRows.filter(
    (row) => positionals.length === 0 || positionals.some((name) => matches(row.name, name)),
  );
  await needPackages(rows.map(({ name }) => `bench/${familyOf(name)}`).filter(isToolPart));
  const folder = await mkdtemp(join(FOLDER, 'platen-bench-'));
  // cupsd's backends run as another user.
  await chmod(folder, 0o755);
  const results: RowResult[] = [];
  try {
    for (const row of rows) {
      results.push(await runRow(row, { rounds, warmUps, seed, folder, report }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const shown = values.json ? JSON.stringify(results, null, 2) : results.map(showRow).join('\n\n');
  process.stdout.write(`${shown}\n`);
  const missed = rows.flatMap(
    (row) => row.missed?.(results.find((result) => result.row === row.name)?.peers ?? []) ?? [],
  );
  for (const what of missed) report(`missed: ${what}`);
  return missed.length === 0 ? 0 : 1;
}

function familyOf(rowName: string): string {
  return rowName.split('/')[0] ?? rowName;
}

function matches(rowName: string, asked: string): boolean {
  return rowName === asked || rowName.startsWith(`${asked}/`);
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
