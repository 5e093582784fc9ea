// Rows of seeds of the simulated pair on all cores, or one played again: `npm run simulate`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { countOf, runAsTool } from '../../tools/tool.ts';

const usage = `usage: npm run simulate -- [--seeds COUNT] [--from FIRST] [options]
       npm run simulate -- --seed N [--trace] [options]
  --witness, --no-witness   one of the two alone
  --model   the pair's machine alone, with a small spooler: faster, and less
  --once    each tenth seed runs twice, and not each
`;

const workerUrl = new URL('./pair/row-worker.ts', import.meta.url);

const rowSchema = z.object({
  seeds: z.int(),
  failures: z.array(z.string()),
  exceptions: z.int(),
  acceptedJobs: z.int(),
  takeovers: z.int(),
  slowestMs: z.number(),
});

const replaySchema = z.object({ fine: z.boolean(), lines: z.array(z.string()) });

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '300' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      witness: { type: 'boolean', default: false },
      'no-witness': { type: 'boolean', default: false },
      model: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
    },
  });
  const level = values.model ? 'model' : 'boxes';
  const twiceEvery = values.once ? 10 : 1;
  const both = values.witness === values['no-witness'];
  const modes = both ? [true, false] : [values.witness];
  let failed = false;
  for (const witness of modes) {
    const fine =
      values.seed === undefined
        ? await simulate({
            from: countOf('from', values.from, 1),
            seeds: countOf('seeds', values.seeds, 1),
            level,
            witness,
            twiceEvery,
          })
        : await replay({
            seed: countOf('seed', values.seed, 1),
            level,
            witness,
            trace: values.trace,
          });
    failed ||= !fine;
  }
  return failed ? 1 : 0;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Row {
  readonly from: number;
  readonly seeds: number;
  readonly level: 'boxes' | 'model';
  readonly witness: boolean;
  readonly twiceEvery: number;
}

async function simulate({ from, seeds, level, witness, twiceEvery }: Row): Promise<boolean> {
  const startedMs = performance.now();
  const stride = Math.max(1, Math.min(availableParallelism(), seeds));
  const rows = Array.from({ length: stride }, (_, index) =>
    runWorker({
      kind: 'row',
      from: from + index,
      count: seeds - index,
      stride,
      level,
      witness,
      twiceEvery,
    }),
  );
  const results = (await Promise.all(rows)).map((result) => rowSchema.parse(result));
  const seconds = (performance.now() - startedMs) / 1_000;
  const sum = (of: (result: z.output<typeof rowSchema>) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const failures = results.flatMap((result) => result.failures);
  for (const failure of failures) write(failure);
  const slowestMs = Math.max(...results.map((result) => result.slowestMs));
  const mode = witness ? 'with' : 'without';
  const twice = twiceEvery === 1 ? 'each' : `each ${twiceEvery}th`;
  write(`${mode} a witness: ${seeds} seeds, ${twice} twice: ${failures.length} failures`);
  write(`  ${(seeds / seconds).toFixed(1)} seeds a second, ${stride} workers`);
  write(`  ${sum((result) => result.acceptedJobs)} jobs accepted`);
  write(`  ${sum((result) => result.takeovers)} takeovers`);
  write(`  all done at most ${(slowestMs / 1_000).toFixed(1)} s after the healing`);
  write(`  the one named exception: in ${sum((result) => result.exceptions)} seeds`);
  return failures.length === 0;
}

async function replay(task: {
  readonly seed: number;
  readonly level: Row['level'];
  readonly witness: boolean;
  readonly trace: boolean;
}): Promise<boolean> {
  const result = await runWorker({ kind: 'replay', ...task });
  const { fine, lines } = replaySchema.parse(result);
  for (const line of lines) write(line);
  return fine;
}

function runWorker(workerData: Readonly<Record<string, unknown>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl, { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

process.exitCode = await runAsTool(usage, process.argv.slice(2), main);
