// One ownership of a group: its permit, its spooler from the first renewal of the address to its
// end, and what R6 holds and releases.
import { abortable, startDeadline } from '../../../hal/time.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Permit } from '../../spooler/permit.ts';
import { type Store, StoreError, type Term } from '../../store/contract.ts';
import type { GroupCommits } from './commits.ts';
import type { GroupHostOptions } from './contract.ts';
import { holdForPeer, marksAt, releaseForPeer } from './jobs.ts';
import { createFencedTcp, type FencedTcp } from './sockets.ts';

/** Not at once: what its client was told to have failed is marked so first. */
const renewalsToLook = 2;

export interface OwnershipOptions {
  readonly host: GroupHostOptions;
  readonly term: Term;
  /** R6: this node was in step, or lacks nothing. */
  readonly clean: boolean;
  readonly commits: GroupCommits;
  /** live() for this term. */
  readonly live: () => boolean;
  /** The ownership before this one has let go of everything. */
  readonly after: Promise<void>;
  readonly onSpooler: () => void;
}

export class Ownership {
  readonly term: Term;
  readonly permit: Permit;
  readonly #options: OwnershipOptions;
  readonly #store: Store;
  readonly #sockets: FencedTcp;
  readonly #ending = new AbortController();
  #spooler: Spooler | undefined;
  #running = false;
  #work: Promise<void> | undefined;
  #held: boolean;
  #releaseDue: boolean;
  /** Renewals until the ports look again: unknown commits of before a lapse may be in the log. */
  #renewalsToLook: number | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.term = options.term;
    const live = () => !this.#ending.signal.aborted && options.live();
    this.permit = { live };
    this.#sockets = createFencedTcp({ tcp: options.host.tcp, live });
    this.#held = options.clean;
    // A clean takeover has both logs: an ownership before may have died before it released.
    this.#releaseDue = options.clean;
    this.#store = this.#ownedStore();
  }

  /** Once it has started. */
  get spooler(): Spooler | undefined {
    return this.#running ? this.#spooler : undefined;
  }

  /** The address is there and the permit lives: the spooler may start, or try again. */
  begin(): void {
    if (this.#running || this.#ending.signal.aborted) return;
    this.#work ??= this.#start().finally(() => {
      this.#work = undefined;
    });
  }

  /** Nothing of it may leave any more; it may come back in the same term. */
  resetSockets(): void {
    this.#sockets.resetAll();
    this.#renewalsToLook = renewalsToLook;
  }

  /** Both logs are one again. */
  releaseHeld(): void {
    this.#releaseDue = true;
    if (this.#running) void this.#release();
  }

  /** Resolves once nothing prints and no upload runs; no client is refused meanwhile. */
  async drain(): Promise<void> {
    await this.#spooler?.drain(() => this.#options.host.network.hold());
  }

  /** Resolves once its spooler is gone, or has had its time. */
  async end(deadline?: AbortSignal): Promise<void> {
    this.#ending.abort();
    this.#running = false;
    this.#sockets.resetAll();
    await this.#work;
    await this.#stopSpooler(deadline);
  }

  async #start(): Promise<void> {
    const { host, after } = this.#options;
    await after;
    try {
      await this.#prepareJobs();
      this.#mustGoOn();
      const { id } = host;
      const { term, permit } = this;
      this.#spooler = host.makeSpooler({
        id,
        term,
        permit,
        store: this.#store,
        tcp: this.#sockets.tcp,
        localPortOf: this.#localPorts(),
      });
      await abortable(this.#spooler.start(), this.#ending.signal);
      this.#mustGoOn();
      this.#running = true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      host.log.info('the group’s spooler did not start, and tries again', { message });
      await this.#stopSpooler();
      return;
    }
    this.#options.onSpooler();
    if (this.#releaseDue) await this.#release();
  }

  async #prepareJobs(): Promise<void> {
    const { id, clock } = this.#options.host;
    if (!this.#held) {
      await holdForPeer(id, this.#store, this.#commit, marksAt(clock.wall()));
      this.#held = true;
    }
  }

  async #release(): Promise<void> {
    const { id, clock, log } = this.#options.host;
    this.#releaseDue = false;
    try {
      const some = await releaseForPeer(id, this.#store, this.#commit, clock.wall());
      if (some) this.#spooler?.lookAgain();
    } catch (error) {
      // The next renewal finds it due.
      this.#releaseDue = true;
      const message = error instanceof Error ? error.message : String(error);
      log.info('held jobs could not be released yet', { message });
    }
  }

  /** Each renewal of the address asks whether something is due. */
  renewed(): void {
    this.begin();
    if (!this.#running) return;
    if (this.#renewalsToLook !== undefined) this.#renewalsToLook -= 1;
    if (this.#renewalsToLook === 0) {
      this.#renewalsToLook = undefined;
      this.#spooler?.lookAgain();
    }
    if (this.#releaseDue && this.#work === undefined) void this.#release();
  }

  readonly #commit = (changes: Parameters<typeof this.commitUnit>[0]) => this.commitUnit(changes);

  commitUnit(changes: Parameters<Store['commit']>[0]['changes']): ReturnType<Store['commit']> {
    return this.#store.commit({ spooler: this.#options.host.id, term: this.term, changes });
  }

  async #stopSpooler(deadline?: AbortSignal): Promise<void> {
    const spooler = this.#spooler;
    this.#spooler = undefined;
    if (spooler === undefined) return;
    using time = startDeadline(this.#options.host.clock, clusterLimits.spoolerStopMs, deadline);
    try {
      await abortable(spooler.stop(time.signal), time.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.host.log.warn('the group’s spooler was left behind', { message });
    }
  }

  /**
   * Dead sessions first, the newest of them before the others; then any port, in case that none was
   * left behind.
   */
  #localPorts(): (portName: string) => Promise<number | undefined> {
    const { id: spooler, store } = this.#options.host;
    const tried = new Map<string, number>();
    return async (portName) => {
      const ports = (await store.query('log.lingering-ports', { spooler }))[portName] ?? [];
      const turn = tried.get(portName) ?? 0;
      tried.set(portName, turn + 1);
      return ports[turn % (ports.length + 1)];
    };
  }

  #mustGoOn(): void {
    if (this.#ending.signal.aborted) throw new StoreError('the ownership has ended');
  }

  /** The node's store, whose commits count only by R1 and only in this ownership. */
  #ownedStore(): Store {
    const { store } = this.#options.host;
    return {
      commit: async (unit) => {
        this.#mustGoOn();
        return await this.#options.commits.commit(unit);
      },
      query: (name, input) => store.query(name, input),
      readLog: (spooler, fromSeq, limit) => store.readLog(spooler, fromSeq, limit),
      cutLog: (spooler, throughSeq) => store.cutLog(spooler, throughSeq),
      logEnds: () => store.logEnds(),
      storeRecords: (batch) => store.storeRecords(batch),
      cutTail: (spooler, seq) => store.cutTail(spooler, seq),
      forgetTail: (spooler) => store.forgetTail(spooler),
      remember: (spooler, memory) => store.remember(spooler, memory),
      // The node's own, and not this ownership's to close.
      close: async () => undefined,
    };
  }
}
