// npm run simulate: rows of seeds of the simulated pair, on all cores; `--seed N` plays one again.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { formatFailure } from '../../test/world/pair/report.ts';
import { runPair } from '../../test/world/pair/run.ts';
import { runSeeds, type SeedsResult } from '../../test/world/pair/seeds.ts';

const usage = `usage: npm run simulate -- [--seeds COUNT] [--from FIRST] [--seed N [--trace]] [--witness | --no-witness]`;

const rowSchema = z.object({
  from: z.int(),
  count: z.int(),
  stride: z.int(),
  witness: z.boolean(),
});

type Row = z.infer<typeof rowSchema>;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '300' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      witness: { type: 'boolean', default: false },
      'no-witness': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const both = values.witness === values['no-witness'];
  const modes = both ? [true, false] : [values.witness];
  let failed = false;
  for (const witness of modes) {
    const fine =
      values.seed === undefined
        ? await simulate(number(values.from), number(values.seeds), witness)
        : replay(number(values.seed), witness, values.trace);
    failed ||= !fine;
  }
  return failed ? 1 : 0;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${text} is no number of seeds\n${usage}`);
  }
  return value;
}

async function simulate(from: number, seeds: number, witness: boolean): Promise<boolean> {
  const startedMs = performance.now();
  const stride = Math.max(1, Math.min(availableParallelism(), seeds));
  const rows = Array.from({ length: stride }, (_, index) => ({
    from: from + index,
    count: seeds - index,
    stride,
    witness,
  }));
  const results = await Promise.all(rows.map(runInWorker));
  const seconds = (performance.now() - startedMs) / 1_000;
  const sum = (of: (result: SeedsResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const failures = results.flatMap((result) => result.failures);
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  const exceptions = sum((result) => result.exceptions);
  const slowestMs = Math.max(...results.map((result) => result.slowestMs));
  process.stdout.write(
    [
      `${witness ? 'with' : 'without'} a witness: ${seeds} seeds, each twice: ${failures.length} failures`,
      `  ${(seeds / seconds).toFixed(1)} seeds a second (${stride} workers, ${seconds.toFixed(0)} s)`,
      `  ${sum((result) => result.acceptedJobs)} jobs accepted, ${sum((result) => result.takeovers)} takeovers`,
      `  everything done at most ${(slowestMs / 1_000).toFixed(1)} s after the healing`,
      `  the one named exception happened in ${exceptions} seeds\n`,
    ].join('\n'),
  );
  return failures.length === 0;
}

function runInWorker(row: Row): Promise<SeedsResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: row });
    worker.once('message', (result: SeedsResult) => resolve(result));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

function replay(seed: number, witness: boolean, trace: boolean): boolean {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  const result = runPair({ seed, witness, ...(trace ? { trace: write } : {}) });
  const mode = witness ? 'with' : 'without';
  if (result.violations.length > 0) write(formatFailure(result, witness));
  else write(`seed ${seed} ${mode} a witness: fine, ${result.exceptions} exceptions`);
  return result.violations.length === 0;
}

if (isMainThread) process.exitCode = await main();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no
// origin
else parentPort?.postMessage(runSeeds(rowSchema.parse(workerData)));
