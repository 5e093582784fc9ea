// A row of seeds, run twice and compared, with what they found added up.
import { runModel } from '../model/run.ts';
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
  /** `model`: the machine alone, with a small spooler of the simulation's own. */
  readonly level: 'boxes' | 'model';
  /** Each how-many-th seed of the row runs twice, and must be the same. */
  readonly twiceEvery: number;
}

const shrinkAttempts = 60;
const reportedFailures = 5;

export async function runSeeds(options: SeedsOptions): Promise<SeedsResult> {
  const { from, count, stride, twiceEvery } = options;
  const run = await runnerOf(options);
  const failures: string[] = [];
  let [seeds, exceptions, acceptedJobs, takeovers, slowestMs] = [0, 0, 0, 0, 0];
  for (let seed = from; seed < from + count; seed += stride) {
    const result = await run(seed);
    const again = seeds % twiceEvery === 0 ? await run(seed) : result;
    seeds += 1;
    acceptedJobs += result.acceptedJobs;
    takeovers += result.takeovers;
    slowestMs = Math.max(slowestMs, result.healedMs ?? 0);
    if (result.exceptions > 0) exceptions += 1;
    if (again.digest !== result.digest) failures.push(`seed ${seed} runs differently each time`);
    if (result.violations.length > 0 && failures.length < reportedFailures) {
      const again = (faults: RunResult['faults']) => run(seed, faults);
      const smallest = await shrink({ result, run: again, attempts: shrinkAttempts });
      failures.push(formatFailure(smallest, options));
    } else if (result.violations.length > 0) failures.push(`seed ${seed} fails as well`);
  }
  return { seeds, failures, exceptions, acceptedJobs, takeovers, slowestMs };
}

export type Runner = (
  seed: number,
  faults?: RunResult['faults'],
  trace?: (line: string) => void,
) => Promise<RunResult>;

export async function runnerOf({
  level,
  witness,
}: Pick<SeedsOptions, 'level' | 'witness'>): Promise<Runner> {
  if (level === 'model') {
    return (seed, faults, trace) =>
      runModel({
        seed,
        witness,
        ...(faults === undefined ? {} : { faults }),
        ...(trace === undefined ? {} : { trace }),
      });
  }
  const template = await createTemplate();
  return (seed, faults, trace) =>
    runPair({
      seed,
      witness,
      template,
      ...(faults === undefined ? {} : { faults }),
      ...(trace === undefined ? {} : { trace }),
    });
}
