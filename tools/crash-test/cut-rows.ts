// Many simulated power cuts: rows of seeds in processes of their own, as many at once as there are
// cores. A row's memory goes with its process: what the cut appliances had begun never ends in
// there.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const seedsPerRow = 250;

const totals = z.object({
  acknowledged: z.int(),
  marked: z.int(),
  held: z.int(),
  cautious: z.int(),
  failures: z.int(),
});

type Totals = z.output<typeof totals>;

export interface CutRowsOptions {
  /** Takes --cuts and --seed, writes failures by the line, and counts as JSON in the last one. */
  readonly script: string;
  readonly cuts: number;
  readonly seed: number;
  readonly report: (line: string) => void;
}

/** Resolves to the sum over all rows; rejects where a row ended without counts. */
export async function runCutRows(options: CutRowsOptions): Promise<Totals> {
  const { cuts, seed, report } = options;
  const sum: Totals = { acknowledged: 0, marked: 0, held: 0, cautious: 0, failures: 0 };
  let [next, done] = [0, 0];
  const work = async () => {
    while (next < cuts) {
      const from = next;
      const count = Math.min(seedsPerRow, cuts - from);
      next += count;
      const { lines, counts } = await runRow(options, seed + from, count);
      for (const line of lines) report(line);
      for (const key of totals.keyof().options) sum[key] += counts[key];
      done += count;
      report(`${done} of ${cuts} power cuts: ${JSON.stringify(sum)}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return sum;
}

async function runRow({ script }: CutRowsOptions, seed: number, cuts: number) {
  const words = [script, '--cuts', String(cuts), '--seed', String(seed)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? ''));
  });
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  const status = await ended;
  const last = lines.pop() ?? '';
  if (!last.startsWith('{')) {
    throw new Error(`power cuts from seed ${seed} ended with ${status}: ${last}`);
  }
  return { lines, counts: totals.parse(JSON.parse(last)) };
}
