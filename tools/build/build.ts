// `npm run build`: makes dist/platen-<target>, the single file with runtime and program in it.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { version } from '../../firmware/entry/version.ts';
import { programNames } from '../../firmware/entry/programs.ts';
import { workerNames } from '../../firmware/entry/workers.ts';
import { addonsOf } from './addons.ts';
import { packagesFor } from './cross.ts';
import { buildPage } from '../page/build.ts';
import { run } from '../run.ts';
import { runAsTool, UsageError } from '../tool.ts';
import { strippedRuntime } from './runtime.ts';
import { makeSingleFile } from './single-file.ts';
import { type Target, targets } from './targets.ts';

const USAGE = `usage: npm run build [-- [--target TARGET] [--check-reproducible]]
  targets: ${targets.map((target) => target.name).join(', ')}
`;

const BYTES_PER_MB = 1_000_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  process.exitCode = await runAsTool(USAGE, process.argv.slice(2), main);
} catch (error) {
  process.stderr.write(`build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', default: `linux-${process.arch}` },
      'check-reproducible': { type: 'boolean', default: false },
    },
  });
  const target = targets.find(({ name }) => name === values.target);
  if (target === undefined) throw new UsageError(`there is no target ${values.target}`);
  const output = join(root, 'dist', `platen-${target.name}`);
  const digest = await buildOnce(target, output);
  if (values['check-reproducible']) await checkReproducible(target, output, digest);
  return 0;
}

/** Builds and proves that the file starts; resolves to its digest. */
async function buildOnce(target: Target, output: string): Promise<string> {
  const startMs = performance.now();
  const packages = await packagesFor({ root, target, report });
  await makeSingleFile({
    root,
    packages,
    entry: join(root, 'firmware/entry/start.ts'),
    programs: programNames,
    workers: workerNames,
    addons: addonsOf(target),
    page: await buildPage(),
    runtime: await strippedRuntime({ root, packages, target, report }),
    staging: join(root, 'build', `staging-${target.name}-${process.pid}`),
    output,
    report,
  });
  if (target.arch === process.arch) await checkStart(output);
  const digest = await sha256(output);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const megabytes = ((await stat(output)).size / BYTES_PER_MB).toFixed(1);
  report(`${output}: ${megabytes} MB in ${seconds} s, sha256 ${digest}`);
  return digest;
}

async function checkStart(output: string): Promise<void> {
  const said = await run(output, ['version'], root);
  if (!said.includes(version)) throw new Error(`${output} version said ${said.trim()}`);
}

async function checkReproducible(target: Target, output: string, first: string): Promise<void> {
  const again = `${output}.again`;
  try {
    await rename(output, again);
    const second = await buildOnce(target, output);
    if (second !== first) throw new Error(`two builds differ: ${first} and ${second}`);
    report('reproducible: two builds are equal');
  } finally {
    await rm(again, { force: true });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
