// A row of seeds, each run twice and compared, with what they found added up.
import { formatFailure } from './report.ts';
import { type RunResult, runPair } from './run.ts';
import { shrink } from './shrink.ts';

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
  readonly onSeed?: (result: RunResult) => void;
}

const shrinkAttempts = 60;
const reportedFailures = 5;

export function runSeeds({ from, count, stride, witness, onSeed }: SeedsOptions): SeedsResult {
  const failures: string[] = [];
  let [seeds, exceptions, acceptedJobs, takeovers, slowestMs] = [0, 0, 0, 0, 0];
  for (let seed = from; seed < from + count; seed += stride) {
    const result = runPair({ seed, witness });
    const again = runPair({ seed, witness });
    onSeed?.(result);
    seeds += 1;
    acceptedJobs += result.acceptedJobs;
    takeovers += result.takeovers;
    slowestMs = Math.max(slowestMs, result.healedMs ?? 0);
    if (result.exceptions > 0) exceptions += 1;
    if (again.digest !== result.digest) failures.push(`seed ${seed} runs differently each time`);
    if (result.violations.length > 0 && failures.length < reportedFailures) {
      const run = (faults: RunResult['faults']) => runPair({ seed, witness, faults });
      const smallest = shrink({ result, run, attempts: shrinkAttempts });
      failures.push(formatFailure(smallest, witness));
    } else if (result.violations.length > 0) failures.push(`seed ${seed} fails as well`);
  }
  return { seeds, failures, exceptions, acceptedJobs, takeovers, slowestMs };
}
