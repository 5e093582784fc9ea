// Invariant 10 on the boxes' level: where two logs have the same term at a place, all before is the
// same, and so are the tables where both are at one place.
import type { BoxReport } from './box-report.ts';
import type { Judge } from './judge.ts';

export function compareBoxes(judge: Judge, a: BoxReport, b: BoxReport): void {
  const [mine, theirs] = [a.records(), b.records()];
  let common = Math.min(mine.length, theirs.length);
  while (common > 0 && mine[common - 1]?.term !== theirs[common - 1]?.term) common -= 1;
  for (let each = common - 1; each >= 0; each -= 1) {
    const [one, other] = [mine[each], theirs[each]];
    if (one?.payload !== other?.payload || one?.type !== other?.type) {
      judge.report(10, `logs differ at ${each + 1} below their common ${common}`);
      return;
    }
  }
  if (common !== mine.length || common !== theirs.length) return;
  if (a.tables() !== b.tables()) judge.report(10, `tables differ at the same place ${common}`);
}
