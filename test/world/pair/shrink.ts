// A failing seed's faults made fewer and shorter, while it still fails in the same way.
import type { Fault } from './faults.ts';
import type { RunResult } from './run.ts';

export interface ShrinkOptions {
  readonly result: RunResult;
  readonly run: (faults: readonly Fault[]) => Promise<RunResult>;
  /** Runs that may be spent on it. */
  readonly attempts: number;
}

/** The smallest set of faults that was found; each run is a whole simulation. */
export async function shrink({ result, run, attempts }: ShrinkOptions): Promise<RunResult> {
  const invariant = result.violations[0]?.invariant;
  let smallest = result;
  let left = attempts;
  const fails = async (faults: readonly Fault[]) => {
    if (left <= 0) return false;
    left -= 1;
    const tried = await run(faults);
    const same = tried.violations[0]?.invariant === invariant;
    if (same) smallest = tried;
    return same;
  };
  while (await smallerFails(smallest.faults, fails)) continue;
  return smallest;
}

/** One fault less, or one that lasts half as long. */
async function smallerFails(
  faults: readonly Fault[],
  fails: (faults: readonly Fault[]) => Promise<boolean>,
): Promise<boolean> {
  for (const [index] of faults.entries()) {
    if (await fails(faults.filter((_each, other) => other !== index))) return true;
  }
  for (const [index, fault] of faults.entries()) {
    if (fault.forMs <= 100) continue;
    const half = { ...fault, forMs: Math.round(fault.forMs / 2) };
    if (await fails(faults.map((each, other) => (other === index ? half : each)))) return true;
  }
  return false;
}
