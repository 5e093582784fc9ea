// The eleven invariants of PAIR.md, watched from outside: what left a node, what clients heard,
// what logs hold.
import { sameTerm } from '../../../firmware/cluster/term.ts';
import type { LogRecord } from '../../../firmware/store/contract.ts';
import { type Acting, CommonJudge, type Deed, type Start } from '../pair/common-judge.ts';

export class ModelJudge extends CommonJudge {
  readonly #delivered = new Map<string, Map<string, Deed>>();

  unitsLeft(acting: Acting, printerId: string, jobId: string, attempt: number): void {
    this.sentBytes(acting, printerId, jobId);
    const attempts = this.#delivered.get(jobId) ?? new Map<string, Deed>();
    this.#delivered.set(jobId, attempts.set(`${acting.node} ${attempt}`, this.deed(acting)));
  }

  started(acting: Acting, start: Start): void {
    this.startedAfter([...(this.#delivered.get(start.jobId)?.values() ?? [])], acting, start);
  }

  compareLogs(a: readonly LogRecord[], b: readonly LogRecord[]): void {
    const length = Math.min(a.length, b.length);
    for (let index = length - 1; index >= 0; index -= 1) {
      const mine = a[index];
      const theirs = b[index];
      if (mine === undefined || theirs === undefined || !sameTerm(mine.term, theirs.term)) continue;
      // The same place: everything up to here must be the same.
      for (let each = index; each >= 0; each -= 1) {
        if (a[each]?.change !== b[each]?.change) {
          this.report(10, `logs differ at ${each + 1} below their common ${index + 1}`);
          return;
        }
      }
      return;
    }
  }
}
