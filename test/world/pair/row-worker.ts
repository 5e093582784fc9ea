// A worker of `npm run simulate`: one row of seeds, or one seed played again with its trace.
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { formatFailure } from './report.ts';
import { runnerOf, runSeeds } from './seeds.ts';

const level = z.enum(['boxes', 'model']);

const taskSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('row'),
    level,
    from: z.int(),
    count: z.int(),
    stride: z.int(),
    witness: z.boolean(),
    twiceEvery: z.int().min(1),
  }),
  z.object({
    kind: z.literal('replay'),
    level,
    seed: z.int(),
    witness: z.boolean(),
    trace: z.boolean(),
  }),
]);

async function work(): Promise<unknown> {
  const task = taskSchema.parse(workerData);
  if (task.kind === 'row') return await runSeeds(task);
  const { seed } = task;
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const run = await runnerOf(task);
  const result = await run(seed, undefined, task.trace ? keep : undefined);
  const fine = result.violations.length === 0;
  const verdict = fine
    ? `seed ${seed}: fine, ${result.exceptions} exceptions`
    : formatFailure(result, task);
  return { fine, lines: [...lines, verdict] };
}

parentPort?.postMessage(await work(), []);
