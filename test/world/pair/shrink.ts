// A failing seed's faults made fewer and shorter, while it still fails in the same way.
import type { Fault } from './faults.ts';
import type { RunResult } from './run.ts';

export interface ShrinkOptions {
  readonly result: RunResult;
  readonly run: (faults: readonly Fault[]) => RunResult;
  /** Runs that may be spent on it. */
  readonly attempts: number;
}

/** The smallest set of faults that was found; each run is a whole simulation. */
export function shrink({ result, run, attempts }: ShrinkOptions): RunResult {
  const invariant = result.violations[0]?.invariant;
  let smallest = result;
  let left = attempts;
  const fails = (faults: readonly Fault[]) => {
    if (left <= 0) return false;
    left -= 1;
    const tried = run(faults);
    const same = tried.violations[0]?.invariant === invariant;
    if (same) smallest = tried;
    return same;
  };
  for (let smaller = true; smaller; ) {
    smaller = smallest.faults.some((_fault, index) =>
      fails(smallest.faults.filter((_each, other) => other !== index)),
    );
    smaller ||= smallest.faults.some(
      (fault, index) =>
        fault.forMs > 100 &&
        fails(
          smallest.faults.map((each, other) =>
            other === index ? { ...each, forMs: Math.round(each.forMs / 2) } : each,
          ),
        ),
    );
  }
  return smallest;
}
