// The eleven invariants of PAIR.md, watched from outside: what left a node, what clients heard,
// what logs hold.
import { compareTerms, formatTerm, sameTerm } from '../../../firmware/cluster/term.ts';
import type { Term } from '../../../firmware/store/contract.ts';
import type { BoxReport } from './box-report.ts';
import { createOrder, type Order } from './order.ts';

export type NodeName = 'a' | 'b';

export interface Violation {
  readonly invariant: number;
  readonly atMs: number;
  readonly what: string;
}

export interface Acting {
  readonly node: NodeName;
  readonly term: Term;
}

export interface Start {
  readonly jobId: string;
  /** Every connection is one. */
  readonly attempt: number;
  /** The job's record says that it may be printed twice. */
  readonly marked: boolean;
  /** Both nodes know what the other one did. */
  readonly inStep: boolean;
}

export interface Judge {
  readonly violations: readonly Violation[];
  /** Times that the one named exception happened (no witness, neither hears the other). */
  readonly exceptions: number;
  report(invariant: number, what: string): void;
  tookOver(acting: Acting): void;
  /** Both say at one moment that they may act. */
  bothLive(one: Acting, other: Acting): void;
  /** Bytes of one may leave its kernel at a moment at which the other one may act. */
  bytesLoose(loose: Acting, live: Acting): void;
  /** Something that only a group's one owner may do: an acknowledgement. */
  acted(acting: Acting, what: string): void;
  unitsLeft(acting: Acting, printerId: string, jobId: string, attempt: number): void;
  printed(jobId: string, units: number): void;
  acknowledged(jobId: string, units: number, alone: boolean): void;
  completed(acting: Acting, jobId: string): void;
  started(acting: Acting, start: Start): void;
  /** Its client broke off: nothing of it may reach a printer. */
  neverPrinted(jobId: string): void;
  /** Its printer lost its power when it had acknowledged all of it: TCP says nothing more. */
  lostByPrinter(jobId: string): void;
  maybePrinted(jobId: string): boolean;
  /** The same, where its session ended by another connection's first packet. */
  displaced(jobId: string): void;
  /** So it was, while two acted by the one named exception: its sender lived and could not know. */
  isDisplacedByException(jobId: string): boolean;
  compareBoxes(a: BoxReport, b: BoxReport): void;
  readonly acceptedJobs: ReadonlyMap<string, { readonly units: number; readonly alone: boolean }>;
  readonly prints: ReadonlyMap<string, number>;
}

export interface JudgeOptions {
  readonly nowMs: () => number;
  /** True where an act of one of the two at this moment belongs to the one named exception. */
  readonly excepted: (one: Acting, other: Acting, atMs: number) => boolean;
  readonly trace: (line: string) => void;
}

interface Deed {
  readonly acting: Acting;
  readonly atMs: number;
}

export function createJudge({ nowMs, excepted, trace }: JudgeOptions): Judge {
  const violations: Violation[] = [];
  let exceptions = 0;
  const owners = new Map<string, NodeName>();
  const ownTerms = new Map<NodeName, Term>();
  const newOrder = () => createOrder((one: Acting, other: Acting) => excepted(one, other, nowMs()));
  const acts = newOrder();
  const printersActs = new Map<string, Order<Acting>>();
  const acceptedJobs = new Map<string, { units: number; alone: boolean }>();
  const prints = new Map<string, number>();
  const delivered = new Map<string, Map<number, Deed>>();
  const completedJobs = new Map<string, Deed>();
  const brokenUploads = new Set<string>();
  const lost = new Set<string>();
  const displaced = new Set<string>();

  const report = (invariant: number, what: string) => {
    if (violations.length < 20) violations.push({ invariant, atMs: nowMs(), what });
  };
  const inOrder = (order: Order<Acting>, acting: Acting, invariant: number, what: string) => {
    const place = order.act(acting);
    if (place.kind === 'excepted') exceptions += 1;
    else if (place.kind === 'over') {
      const terms = `${formatTerm(acting.term)}, after ${formatTerm(place.since.term)} did`;
      report(invariant, `${acting.node} ${what} in term ${terms}`);
    }
  };

  const both = (invariant: number, one: Acting, other: Acting, what: string) => {
    if (excepted(one, other, nowMs())) exceptions += 1;
    else {
      const terms = `${formatTerm(one.term)} while ${formatTerm(other.term)} is live`;
      report(invariant, `${one.node} ${what} in term ${terms}`);
    }
  };

  /** The other one did it while both acted by the exception, and they have not met since. */
  const unknowable = (deed: Deed, acting: Acting, { inStep }: Start) => {
    const same = deed.acting.node === acting.node && sameTerm(deed.acting.term, acting.term);
    return !inStep && !same && excepted(deed.acting, acting, deed.atMs);
  };

  return {
    violations,
    get exceptions() {
      return exceptions;
    },
    report,
    tookOver(acting) {
      trace(`${acting.node} took ${formatTerm(acting.term)}`);
      const name = formatTerm(acting.term);
      if (owners.has(name)) report(11, `term ${name} is owned twice`);
      owners.set(name, acting.node);
      const last = ownTerms.get(acting.node);
      if (last !== undefined && compareTerms(acting.term, last) <= 0) {
        report(11, `${acting.node} took ${name} after ${formatTerm(last)}`);
      }
      ownTerms.set(acting.node, acting.term);
    },
    bothLive(one, other) {
      both(11, one, other, 'is live');
    },
    bytesLoose(loose, live) {
      both(3, loose, live, 'may still send bytes');
    },
    acted(acting, what) {
      trace(`${acting.node} ${what} in ${formatTerm(acting.term)}`);
      inOrder(acts, acting, 11, what);
    },
    unitsLeft(acting, printerId, jobId, attempt) {
      const order = printersActs.get(printerId) ?? newOrder();
      printersActs.set(printerId, order);
      inOrder(order, acting, 3, `sent bytes of ${jobId}`);
      if (brokenUploads.has(jobId))
        report(5, `${printerId} got bytes of ${jobId}, a broken upload`);
      const attempts = delivered.get(jobId) ?? new Map<number, Deed>();
      delivered.set(jobId, attempts.set(attempt, { acting, atMs: nowMs() }));
    },
    printed(jobId, units) {
      trace(`${jobId} printed`);
      prints.set(jobId, (prints.get(jobId) ?? 0) + 1);
      const accepted = acceptedJobs.get(jobId);
      if (accepted !== undefined && accepted.units !== units) {
        report(9, `${jobId} came out with ${units} of ${accepted.units}`);
      }
    },
    acknowledged(jobId, units, alone) {
      acceptedJobs.set(jobId, { units, alone });
    },
    completed(acting, jobId) {
      trace(`${jobId} is completed`);
      if (!completedJobs.has(jobId)) completedJobs.set(jobId, { acting, atMs: nowMs() });
    },
    neverPrinted: (jobId) => void brokenUploads.add(jobId),
    started(acting, start) {
      const { jobId, attempt, marked } = start;
      trace(`${acting.node} starts ${jobId} in ${formatTerm(acting.term)}`);
      // What became of an earlier attempt says nothing of this one.
      if (exceptions === 0) lost.delete(jobId);
      const completed = completedJobs.get(jobId);
      if (completed !== undefined && !unknowable(completed, acting, start)) {
        report(2, `${acting.node} starts ${jobId}, which is completed`);
      }
      const others = [...(delivered.get(jobId) ?? [])].filter(
        ([each, deed]) => each !== attempt && !unknowable(deed, acting, start),
      );
      if (others.length > 0 && !marked) {
        report(6, `${acting.node} starts ${jobId} again without a mark`);
      }
    },
    lostByPrinter: (jobId) => void lost.add(jobId),
    maybePrinted: (jobId) => lost.has(jobId) || (prints.get(jobId) ?? 0) > 0,
    displaced: (jobId) => void displaced.add(jobId),
    isDisplacedByException: (jobId) => exceptions > 0 && displaced.has(jobId),
    compareBoxes(a, b) {
      const [mine, theirs] = [a.records(), b.records()];
      let common = Math.min(mine.length, theirs.length);
      while (common > 0 && mine[common - 1]?.term !== theirs[common - 1]?.term) common -= 1;
      // The same term at the same place: everything up to here must be the same.
      for (let each = common - 1; each >= 0; each -= 1) {
        if (
          mine[each]?.payload !== theirs[each]?.payload ||
          mine[each]?.type !== theirs[each]?.type
        ) {
          report(10, `logs differ at ${each + 1} below their common ${common}`);
          return;
        }
      }
      if (common !== mine.length || common !== theirs.length) return;
      if (a.tables() !== b.tables()) report(10, `tables differ at the same place ${common}`);
    },
    acceptedJobs,
    prints,
  };
}
