// Invariant 10 on the machine's level: where two logs have the same term at a place, all before is
// the same.
import { sameTerm } from '../../../firmware/cluster/term.ts';
import type { LogRecord } from '../../../firmware/store/contract.ts';
import type { Judge } from '../pair/judge.ts';

export function compareLogs(judge: Judge, a: readonly LogRecord[], b: readonly LogRecord[]): void {
  const length = Math.min(a.length, b.length);
  for (let index = length - 1; index >= 0; index -= 1) {
    const mine = a[index];
    const theirs = b[index];
    if (mine === undefined || theirs === undefined || !sameTerm(mine.term, theirs.term)) continue;
    for (let each = index; each >= 0; each -= 1) {
      if (a[each]?.change !== b[each]?.change) {
        judge.report(10, `logs differ at ${each + 1} below their common ${index + 1}`);
        return;
      }
    }
    return;
  }
}
