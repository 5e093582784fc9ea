// `npm run long-queue`: an appliance with 100,000 queued jobs beside one with none, and whether the
// difference stays within its bounds.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { countOf, runAsTool } from '../tool.ts';
import { platenFromSources, singleFile } from '../up/processes.ts';
import { measureLongQueue, type QueueFigures } from './measure.ts';

/** On a disk, where /tmp may be memory. */
const FOLDER = '/var/tmp';
const MEBIBYTE = 1024 * 1024;

const USAGE = 'usage: npm run long-queue -- [--jobs N] [--adds N] [--single-file]\n';

/** With 100,000 queued jobs. */
const BOUNDS = { startMs: 5_000, addRatio: 1.5, grownMebibytes: 100 } as const;

process.exitCode = await runAsTool(USAGE, process.argv.slice(2), main);

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: '100000' },
      adds: { type: 'string', default: '300' },
      'single-file': { type: 'boolean', default: false },
    },
  });
  const [jobs, adds] = [countOf('jobs', values.jobs, 1), countOf('adds', values.adds, 1)];
  const folder = await mkdtemp(join(FOLDER, 'platen-long-queue-'));
  try {
    const command = values['single-file'] ? singleFile : platenFromSources;
    const report = (line: string) => process.stderr.write(`${line}\n`);
    const { empty, long } = await measureLongQueue({ jobs, adds, folder, report, command });
    const addRatio = long.addMs / empty.addMs;
    const grownMebibytes = (long.residentBytes - empty.residentBytes) / MEBIBYTE;
    const lines = [
      textOf('empty queue', empty),
      textOf(`${jobs} jobs`, long),
      `start ${long.startMs.toFixed(0)} ms, at most ${BOUNDS.startMs}`,
      `one job more costs ${addRatio.toFixed(2)} times as much, at most ${BOUNDS.addRatio}`,
      `memory grew by ${grownMebibytes.toFixed(1)} MiB, less than ${BOUNDS.grownMebibytes}`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    const isWithin =
      long.startMs <= BOUNDS.startMs &&
      addRatio <= BOUNDS.addRatio &&
      grownMebibytes < BOUNDS.grownMebibytes;
    return isWithin ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textOf(name: string, figures: QueueFigures): string {
  const { startMs, startCpuMs, addMs, addCpuMs, pageMs, residentBytes } = figures;
  return (
    `${name}: start ${startMs.toFixed(0)} ms (processor ${startCpuMs.toFixed(0)} ms), ` +
    `adding ${addMs.toFixed(2)} ms (processor ${addCpuMs.toFixed(2)} ms), ` +
    `slowest page ${pageMs.toFixed(1)} ms, resident ${(residentBytes / MEBIBYTE).toFixed(1)} MiB`
  );
}
