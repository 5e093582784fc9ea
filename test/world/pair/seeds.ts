// A row of seeds, run twice and compared, with what they found added up.
import { formatFailure } from './report.ts';
import { type RunResult, runPair } from './run.ts';
import { shrink } from './shrink.ts';
import { createTemplate } from './template.ts';

export interface SeedsResult {
  readonly seeds: number;
  readonly failures: readonly string[];
  /** Seeds in which the one named exception happened. */
  readonly exceptions: number;
  readonly acceptedJobs: number;
  readonly takeovers: number;
  /** The longest time from the healing to everything done. */
  readonly slowestMs: number;
}

export interface SeedsOptions {
  readonly from: number;
  readonly count: number;
  /** Takes every `stride`-th seed, so that several workers can share a row. */
  readonly stride: number;
  readonly witness: boolean;
  /** Each how-many-th seed of the row runs twice, and must be the same. */
  readonly twiceEvery: number;
}

const shrinkAttempts = 60;
const reportedFailures = 5;

export async function runSeeds(options: SeedsOptions): Promise<SeedsResult> {
  const template = await createTemplate();
  const { from, count, stride, witness, twiceEvery } = options;
  const failures: string[] = [];
  let [seeds, exceptions, acceptedJobs, takeovers, slowestMs] = [0, 0, 0, 0, 0];
  for (let seed = from; seed < from + count; seed += stride) {
    const result = await runPair({ seed, witness, template });
    const again = seeds % twiceEvery === 0 ? await runPair({ seed, witness, template }) : result;
    seeds += 1;
    acceptedJobs += result.acceptedJobs;
    takeovers += result.takeovers;
    slowestMs = Math.max(slowestMs, result.healedMs ?? 0);
    if (result.exceptions > 0) exceptions += 1;
    if (again.digest !== result.digest) failures.push(`seed ${seed} runs differently each time`);
    if (result.violations.length > 0 && failures.length < reportedFailures) {
      const run = (faults: RunResult['faults']) => runPair({ seed, witness, template, faults });
      const smallest = await shrink({ result, run, attempts: shrinkAttempts });
      failures.push(formatFailure(smallest, witness));
    } else if (result.violations.length > 0) failures.push(`seed ${seed} fails as well`);
  }
  return { seeds, failures, exceptions, acceptedJobs, takeovers, slowestMs };
}
