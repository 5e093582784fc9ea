// `npm run verify`: installs what the checks need, runs them, and stops at the first that fails.

import { parseArgs } from 'node:util';

import { ensurePackages, realDebianHost } from './debian.ts';
import { debianPackages, unpackedDebianPackages } from './packages.ts';
import { runShown } from './run-shown.ts';
import { type Step, steps } from './steps.ts';
import { packagesFolder, unpackedPackage } from './unpack.ts';

const USAGE = `usage: npm run verify [-- [--only STEP]… [TEST-FILE…]]
${steps.map((step) => `  ${step.name.padEnd(8)} ${step.what}`).join('\n')}
`;

process.exitCode = await verify(process.argv.slice(2));

async function verify(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (asked.error !== undefined) {
    process.stderr.write(`${asked.error}\n${USAGE}`);
    return 2;
  }
  if (asked.steps.some((step) => step.needsPackages)) {
    const outcome = await ensurePackages(realDebianHost, debianPackages);
    if (outcome.state === 'refused') {
      process.stderr.write(`${outcome.message}\n`);
      return 1;
    }
    for (const { name } of unpackedDebianPackages) await unpackedPackage(name, packagesFolder);
  }
  for (const step of asked.steps) {
    const exitCode = await runStep(step, asked.patterns);
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

function readArguments(args: readonly string[]): {
  readonly steps: readonly Step[];
  readonly patterns: readonly string[];
  readonly error?: string;
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { only: { type: 'string', multiple: true } },
      allowPositionals: true,
    });
    const only = values.only ?? (positionals.length > 0 ? ['tests'] : steps.map((s) => s.name));
    const unknown = only.find((name) => !steps.some((step) => step.name === name));
    if (unknown !== undefined) {
      return { steps: [], patterns: [], error: `unknown step ${unknown}` };
    }
    return { steps: steps.filter((step) => only.includes(step.name)), patterns: positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { steps: [], patterns: [], error: message };
  }
}

async function runStep(step: Step, patterns: readonly string[]): Promise<number> {
  const startMs = performance.now();
  process.stdout.write(`── ${step.name}: ${step.what}\n`);
  const exitCode = await runShown(step.command(patterns), step.limit);
  // Nothing follows the test runner's own closing line, which ends the output.
  if (step.name === 'tests') return exitCode;
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  process.stdout.write(`── ${step.name} ${exitCode === 0 ? 'passed' : 'failed'} (${seconds} s)\n`);
  return exitCode;
}
