// What a failing seed says: the faults that were drawn, what broke, and the command that plays it
// again.
import { formatFault } from './faults.ts';
import type { RunResult } from './run.ts';

export function formatFailure(
  result: RunResult,
  { witness, level }: { readonly witness: boolean; readonly level: 'boxes' | 'model' },
): string {
  const mode = `${witness ? '--witness' : '--no-witness'}${level === 'model' ? ' --model' : ''}`;
  return [
    `seed ${result.seed} (${mode}) breaks the pair's rules:`,
    ...result.violations.map(
      ({ invariant, atMs, what }) => `  ${Math.round(atMs)} ms: ${nameOf(invariant)}: ${what}`,
    ),
    '  faults:',
    ...result.faults.map((fault) => `    ${formatFault(fault)}`),
    `  again: npm run simulate -- --seed ${result.seed} ${mode}`,
  ].join('\n');
}

/** 0 is the demand for progress. */
function nameOf(invariant: number): string {
  return invariant === 0 ? 'progress' : `invariant ${invariant}`;
}
