// The invariants of PAIR.md, watched from outside in both simulations, of the machine and of whole
// boxes: who owned which term, who acted after whom, and what became of each job.
import { compareTerms, formatTerm, sameTerm } from '../../../firmware/cluster/term.ts';
import type { Term } from '../../../firmware/store/contract.ts';
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

/** What one did, and when. */
interface Deed {
  readonly acting: Acting;
  readonly atMs: number;
}

export interface Start {
  readonly jobId: string;
  /** The one that starts, where bytes of it may have left already. */
  readonly attempt?: Attempt;
  /** The job's record says that it may be printed twice. */
  readonly marked: boolean;
  /** Both nodes know what the other one did. */
  readonly inStep: boolean;
}

/** Every connection is one. */
type Attempt = string | number;

export interface JudgeOptions {
  readonly nowMs: () => number;
  /** True where an act of one of the two at this moment belongs to the one named exception. */
  readonly excepted: (one: Acting, other: Acting, atMs: number) => boolean;
  readonly trace: (line: string) => void;
}

const mostViolations = 20;

export class Judge {
  readonly violations: Violation[] = [];
  /** Times that the one named exception happened (no witness, neither hears the other). */
  exceptions = 0;
  readonly acceptedJobs = new Map<string, { readonly units: number; readonly alone: boolean }>();
  readonly prints = new Map<string, number>();
  readonly #options: JudgeOptions;
  readonly #owners = new Set<string>();
  readonly #ownTerms = new Map<NodeName, Term>();
  readonly #acts: Order<Acting>;
  readonly #printersActs = new Map<string, Order<Acting>>();
  readonly #completedJobs = new Map<string, Deed>();
  readonly #delivered = new Map<string, Map<Attempt, Deed>>();
  readonly #brokenUploads = new Set<string>();
  readonly #lost = new Set<string>();
  readonly #displaced = new Set<string>();

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#acts = this.#newOrder();
  }

  report(invariant: number, what: string): void {
    if (this.violations.length >= mostViolations) return;
    this.violations.push({ invariant, atMs: this.#options.nowMs(), what });
  }

  tookOver(acting: Acting): void {
    const name = formatTerm(acting.term);
    this.#options.trace(`${acting.node} took ${name}`);
    if (this.#owners.has(name)) this.report(11, `term ${name} is owned twice`);
    this.#owners.add(name);
    const last = this.#ownTerms.get(acting.node);
    if (last !== undefined && compareTerms(acting.term, last) <= 0) {
      this.report(11, `${acting.node} took ${name} after ${formatTerm(last)}`);
    }
    this.#ownTerms.set(acting.node, acting.term);
  }

  /** Both say at one moment that they may act. */
  bothLive(one: Acting, other: Acting): void {
    this.#both(11, one, other, 'is live');
  }

  /** Bytes of one may leave its kernel at a moment at which the other one may act. */
  bytesLoose(loose: Acting, live: Acting): void {
    this.#both(3, loose, live, 'may still send bytes');
  }

  /** Something that only a group's one owner may do: an acknowledgement. */
  acted(acting: Acting, what: string): void {
    this.#options.trace(`${acting.node} ${what} in ${formatTerm(acting.term)}`);
    this.#inOrder(this.#acts, acting, 11, what);
  }

  printed(jobId: string, units: number): void {
    this.#options.trace(`${jobId} printed`);
    this.prints.set(jobId, (this.prints.get(jobId) ?? 0) + 1);
    const accepted = this.acceptedJobs.get(jobId);
    if (accepted !== undefined && accepted.units !== units) {
      this.report(9, `${jobId} came out with ${units} of ${accepted.units}`);
    }
  }

  acknowledged(jobId: string, units: number, alone: boolean): void {
    this.acceptedJobs.set(jobId, { units, alone });
  }

  completed(acting: Acting, jobId: string): void {
    this.#options.trace(`${jobId} is completed`);
    if (!this.#completedJobs.has(jobId)) this.#completedJobs.set(jobId, this.#deed(acting));
  }

  unitsLeft(acting: Acting, printerId: string, jobId: string, attempt: Attempt): void {
    const order = this.#printersActs.get(printerId) ?? this.#newOrder();
    this.#printersActs.set(printerId, order);
    this.#inOrder(order, acting, 3, `sent bytes of ${jobId}`);
    if (this.#brokenUploads.has(jobId)) {
      this.report(5, `${printerId} got bytes of ${jobId}, a broken upload`);
    }
    const attempts = this.#delivered.get(jobId) ?? new Map<Attempt, Deed>();
    this.#delivered.set(jobId, attempts.set(attempt, this.#deed(acting)));
  }

  started(acting: Acting, start: Start): void {
    const { jobId, marked } = start;
    this.#options.trace(`${acting.node} starts ${jobId} in ${formatTerm(acting.term)}`);
    // What became of an earlier attempt says nothing of this one.
    if (this.exceptions === 0) this.#lost.delete(jobId);
    const completed = this.#completedJobs.get(jobId);
    if (completed !== undefined && !this.#unknowable(completed, acting, start)) {
      this.report(2, `${acting.node} starts ${jobId}, which is completed`);
    }
    const others = [...(this.#delivered.get(jobId) ?? [])].filter(
      ([attempt, deed]) => attempt !== start.attempt && !this.#unknowable(deed, acting, start),
    );
    if (others.length > 0 && !marked) {
      this.report(6, `${acting.node} starts ${jobId} again without a mark`);
    }
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

  #deed(acting: Acting): Deed {
    return { acting, atMs: this.#options.nowMs() };
  }

  /** The other one did it while both acted by the exception, and they have not met since. */
  #unknowable(deed: Deed, acting: Acting, { inStep }: Start): boolean {
    const same = deed.acting.node === acting.node && sameTerm(deed.acting.term, acting.term);
    return !inStep && !same && this.#options.excepted(deed.acting, acting, deed.atMs);
  }

  #newOrder(): Order<Acting> {
    const { excepted, nowMs } = this.#options;
    return createOrder((one: Acting, other: Acting) => excepted(one, other, nowMs()));
  }

  #inOrder(order: Order<Acting>, acting: Acting, invariant: number, what: string): void {
    const place = order.act(acting);
    if (place.kind === 'excepted') this.exceptions += 1;
    else if (place.kind === 'over') {
      const terms = `${formatTerm(acting.term)}, after ${formatTerm(place.since.term)} did`;
      this.report(invariant, `${acting.node} ${what} in term ${terms}`);
    }
  }

  #both(invariant: number, one: Acting, other: Acting, what: string): void {
    if (this.#options.excepted(one, other, this.#options.nowMs())) this.exceptions += 1;
    else {
      const terms = `${formatTerm(one.term)} while ${formatTerm(other.term)} is live`;
      this.report(invariant, `${one.node} ${what} in term ${terms}`);
    }
  }
}
