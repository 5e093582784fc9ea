// A worker of `npm run simulate`: one row of seeds, or one seed played again with its trace.
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { formatFailure } from './report.ts';
import { runPair } from './run.ts';
import { runSeeds } from './seeds.ts';
import { createTemplate } from './template.ts';

const taskSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('row'),
    from: z.int(),
    count: z.int(),
    stride: z.int(),
    witness: z.boolean(),
    twiceEvery: z.int().min(1),
  }),
  z.object({
    kind: z.literal('replay'),
    seed: z.int(),
    witness: z.boolean(),
    trace: z.boolean(),
  }),
]);

async function work(): Promise<unknown> {
  const task = taskSchema.parse(workerData);
  if (task.kind === 'row') return await runSeeds(task);
  const { seed, witness } = task;
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const template = await createTemplate();
  const result = await runPair({ seed, witness, template, ...(task.trace ? { trace: keep } : {}) });
  const fine = result.violations.length === 0;
  const verdict = fine
    ? `seed ${seed}: fine, ${result.exceptions} exceptions`
    : formatFailure(result, witness);
  return { fine, lines: [...lines, verdict] };
}

parentPort?.postMessage(await work(), []);
