// Invariant 10 on the boxes' level: where two logs have the same term at a place, all before is the
// same, and so are the tables where both are at one place.
import type { BoxReport } from './box-report.ts';
import type { Judge } from './judge.ts';

export function compareBoxes(judge: Judge, a: BoxReport, b: BoxReport): void {
  const [mine, theirs] = [a.records(), b.records()];
  const there = new Map(theirs.map((record) => [record.seq, record]));
  const common = mine.findLast(({ seq, term }) => there.get(seq)?.term === term)?.seq ?? 0;
  const begin = theirs[0]?.seq ?? 1;
  for (const one of mine.filter(({ seq }) => seq >= begin && seq <= common)) {
    const other = there.get(one.seq);
    if (other !== undefined && [one, other].some(({ type }) => type === 'log.snapshot')) continue;
    if (one.payload !== other?.payload || one.type !== other.type) {
      judge.report(10, `logs differ at ${one.seq} below their common ${common}`);
      return;
    }
  }
  if (common !== (mine.at(-1)?.seq ?? 0) || common !== (theirs.at(-1)?.seq ?? 0)) return;
  if (a.tables() !== b.tables()) judge.report(10, `tables differ at the same place ${common}`);
}
