// The eleven invariants of PAIR.md, watched from outside: what left a node, what clients heard,
// what logs hold.
import type { BoxReport } from './box-report.ts';
import { type Acting, CommonJudge, type Deed, type Start } from './common-judge.ts';

export interface Attempt extends Start {
  /** Every connection is one. */
  readonly attempt: number;
}

export class PairJudge extends CommonJudge {
  readonly #delivered = new Map<string, Map<number, Deed>>();
  readonly #brokenUploads = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #displaced = new Set<string>();

  unitsLeft(acting: Acting, printerId: string, jobId: string, attempt: number): void {
    this.sentBytes(acting, printerId, jobId);
    if (this.#brokenUploads.has(jobId)) {
      this.report(5, `${printerId} got bytes of ${jobId}, a broken upload`);
    }
    const attempts = this.#delivered.get(jobId) ?? new Map<number, Deed>();
    this.#delivered.set(jobId, attempts.set(attempt, this.deed(acting)));
  }

  started(acting: Acting, start: Attempt): void {
    // What became of an earlier attempt says nothing of this one.
    if (this.exceptions === 0) this.#lost.delete(start.jobId);
    const others = [...(this.#delivered.get(start.jobId) ?? [])]
      .filter(([attempt]) => attempt !== start.attempt)
      .map(([, deed]) => deed);
    this.startedAfter(others, acting, start);
  }

  /** Its client broke off: nothing of it may reach a printer. */
  neverPrinted(jobId: string): void {
    this.#brokenUploads.add(jobId);
  }

  /** Its printer lost its power when it had acknowledged all of it: TCP says nothing more. */
  lostByPrinter(jobId: string): void {
    this.#lost.add(jobId);
  }

  maybePrinted(jobId: string): boolean {
    return this.#lost.has(jobId) || (this.prints.get(jobId) ?? 0) > 0;
  }

  /** The same, where its session ended by another connection's first packet. */
  displaced(jobId: string): void {
    this.#displaced.add(jobId);
  }

  /** So it was, while two acted by the one named exception: its sender lived and could not know. */
  isDisplacedByException(jobId: string): boolean {
    return this.exceptions > 0 && this.#displaced.has(jobId);
  }

  compareBoxes(a: BoxReport, b: BoxReport): void {
    const [mine, theirs] = [a.records(), b.records()];
    let common = Math.min(mine.length, theirs.length);
    while (common > 0 && mine[common - 1]?.term !== theirs[common - 1]?.term) common -= 1;
    // The same term at the same place: everything up to here must be the same.
    for (let each = common - 1; each >= 0; each -= 1) {
      const [one, other] = [mine[each], theirs[each]];
      if (one?.payload !== other?.payload || one?.type !== other?.type) {
        this.report(10, `logs differ at ${each + 1} below their common ${common}`);
        return;
      }
    }
    if (common !== mine.length || common !== theirs.length) return;
    if (a.tables() !== b.tables()) this.report(10, `tables differ at the same place ${common}`);
  }
}
