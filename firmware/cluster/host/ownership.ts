// One ownership of a group: its permit, its spooler while the group is online, and what R6 holds
// and releases.
import { abortable, startDeadline } from '../../../hal/time.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Refusal } from '../../errors/codes.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Permit } from '../../spooler/permit.ts';
import { faultIn, type Store, StoreError, type Term } from '../../store/contract.ts';
import type { DocumentOffers } from './ahead.ts';
import type { GroupCommits } from './commits.ts';
import type { GroupHostOptions } from './contract.ts';
import { holdForPeer, holdForPerson, marksAt, releaseForPeer } from './jobs.ts';
import { createOwnedStore, mustGoOn } from './owned-store.ts';
import { createFencedTcp, type FencedTcp } from './sockets.ts';

/** Not at once: what its client was told to have failed is marked so first. */
const renewalsToLook = 2;

/** What an ownership uses of its host. */
export interface OwnershipHost
  extends Pick<
    GroupHostOptions,
    'id' | 'store' | 'clock' | 'tcp' | 'log' | 'makeSpooler' | 'onJobsHeld'
  > {
  readonly network: Pick<GroupHostOptions['network'], 'hold'>;
}

export interface OwnershipOptions {
  readonly host: OwnershipHost;
  readonly term: Term;
  /** R6: this node was in step, or lacks nothing. */
  readonly clean: boolean;
  /** A box with nothing stands in the place of the peer, whose word never comes. */
  readonly replaced: boolean;
  readonly commits: Pick<GroupCommits, 'commit'>;
  /** Large documents are on the standby before the commit that names them. */
  readonly offers: Pick<DocumentOffers, 'bring'>;
  /** live() for this term. */
  readonly live: () => boolean;
  /** The ownership before this one has let go of everything. */
  readonly after: Promise<void>;
  readonly refuseJobs: () => Refusal | undefined;
  /** It runs. */
  readonly onSpooler: () => void;
  /** It did not start, and not because of the pair: whoever owns it decides what follows. */
  readonly onFailed: (reason: string) => void;
}

export class Ownership {
  readonly term: Term;
  readonly permit: Permit;
  readonly #options: OwnershipOptions;
  readonly #store: Store;
  readonly #sockets: FencedTcp;
  readonly #ending = new AbortController();
  #spooler: Spooler | undefined;
  /** From `resume` to `pause`: the group is online. */
  #wanted = false;
  /** Of the spooler that runs or starts. */
  #life: AbortController | undefined;
  #running = false;
  #work: Promise<void> | undefined;
  #held: boolean;
  #releaseDue: boolean;
  /** What waits for the peer's word is to wait for a person. */
  #replacedDue = false;
  #settling: Promise<void> = Promise.resolve();
  /** Renewals until the ports look again: unknown commits of before a lapse may be in the log. */
  #renewalsToLook: number | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.term = options.term;
    const live = () => !this.#ending.signal.aborted && options.live();
    this.permit = { live, refuseJobs: options.refuseJobs };
    this.#sockets = createFencedTcp({ tcp: options.host.tcp, live });
    this.#held = options.clean && !options.replaced;
    // A clean takeover has both logs: an ownership before may have died before it released.
    this.#releaseDue = options.clean;
    this.#store = this.#ownedStore(this.#ending.signal);
  }

  /** Once it has started. */
  get spooler(): Spooler | undefined {
    return this.#running ? this.#spooler : undefined;
  }

  /** The address is there: the spooler starts, and is tried again at each renewal. */
  resume(): void {
    this.#wanted = true;
    this.#begin();
  }

  /**
   * Ends the spooler, none starts before `resume`. What prints is cut off at the wire and counts as
   * interrupted at the next start: what the kernel still has must not be taken for sent.
   */
  async pause(deadline?: AbortSignal): Promise<void> {
    this.#wanted = false;
    this.#running = false;
    this.#life?.abort();
    this.#sockets.resetAll();
    await this.#work;
    await this.#stopSpooler(deadline);
  }

  #begin(): void {
    if (!this.#wanted || this.#running || this.#ending.signal.aborted) return;
    if (this.#work !== undefined) return;
    const life = new AbortController();
    this.#life = life;
    const ended = AbortSignal.any([life.signal, this.#ending.signal]);
    this.#work = this.#run(ended).finally(() => {
      this.#work = undefined;
    });
  }

  /** Nothing of it may leave any more; it may come back in the same term. */
  resetSockets(): void {
    this.#sockets.resetAll();
    this.#renewalsToLook = renewalsToLook;
  }

  /** The word that R6 waits for never comes. Called before `releaseHeld`, where it is. */
  peerReplaced(): void {
    this.#replacedDue = true;
    if (this.#running) void this.#settleHeld();
  }

  /** Both logs are one again. */
  releaseHeld(): void {
    this.#releaseDue = true;
    if (this.#running) void this.#settleHeld();
  }

  /** Resolves once nothing prints and no upload runs; no client is refused meanwhile. */
  async drain(): Promise<void> {
    await this.#spooler?.drain(() => this.#options.host.network.hold());
  }

  /** The same, for a group that goes offline: nobody goes on with it, so uploads are refused. */
  async drainForGood(): Promise<void> {
    await this.#spooler?.drain();
  }

  /** Resolves once its spooler is gone, or has had its time. */
  async end(deadline?: AbortSignal): Promise<void> {
    this.#ending.abort();
    this.#running = false;
    this.#sockets.resetAll();
    await this.#work;
    await this.#stopSpooler(deadline);
  }

  async #run(ended: AbortSignal): Promise<void> {
    const { host, after } = this.#options;
    await after;
    try {
      await this.#prepareJobs();
      this.#mustGoOn();
      const { id } = host;
      const { term } = this;
      const live = () => !ended.aborted && this.permit.live();
      this.#spooler = host.makeSpooler({
        id,
        term,
        permit: { ...this.permit, live },
        store: this.#ownedStore(ended),
        tcp: this.#sockets.tcp,
        localPortOf: this.#localPorts(),
      });
      await abortable(this.#spooler.start(), ended);
      ended.throwIfAborted();
      this.#running = true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      host.log.info('the group’s spooler did not start, and tries again', { message });
      await this.#stopSpooler();
      if (!ended.aborted && isOwnFailure(error) && this.permit.live()) {
        this.#options.onFailed(message);
      }
      return;
    }
    this.#options.onSpooler();
    await this.#settleHeld();
  }

  async #prepareJobs(): Promise<void> {
    const { host, clean, replaced } = this.#options;
    if (this.#held) return;
    const marks = marksAt(host.clock.wall());
    if (replaced) await holdForPerson(host.id, this.#store, this.#commit, marks, clean);
    const count = replaced ? 0 : await holdForPeer(host.id, this.#store, this.#commit, marks);
    this.#held = true;
    if (count > 0) host.onJobsHeld?.(count);
  }

  /** One after the other: what a person is to decide must not go on by itself meanwhile. */
  #settleHeld(): Promise<void> {
    this.#settling = this.#settling.then(() => this.#settleOnce());
    return this.#settling;
  }

  async #settleOnce(): Promise<void> {
    const { id, clock, log, onJobsHeld } = this.#options.host;
    const { replaced, release } = { replaced: this.#replacedDue, release: this.#releaseDue };
    if (!replaced && !release) return;
    this.#replacedDue = false;
    this.#releaseDue = false;
    try {
      if (replaced) {
        await holdForPerson(id, this.#store, this.#commit, marksAt(clock.wall()), true);
        onJobsHeld?.(0);
      }
      const some = release && (await releaseForPeer(id, this.#store, this.#commit, clock.wall()));
      if (some) {
        onJobsHeld?.(0);
        this.#spooler?.lookAgain();
      }
    } catch (error) {
      // The next renewal finds it due.
      this.#replacedDue ||= replaced;
      this.#releaseDue ||= release;
      const message = error instanceof Error ? error.message : String(error);
      log.info('held jobs could not be released yet', { message });
    }
  }

  /** Each renewal of the address asks whether something is due. */
  renewed(): void {
    this.#begin();
    if (!this.#running) return;
    if (this.#renewalsToLook !== undefined) this.#renewalsToLook -= 1;
    if (this.#renewalsToLook === 0) {
      this.#renewalsToLook = undefined;
      this.#spooler?.lookAgain();
    }
    const isDue = this.#replacedDue || this.#releaseDue;
    if (isDue && this.#work === undefined) void this.#settleHeld();
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
    mustGoOn(this.#ending.signal);
  }

  #ownedStore(ended: AbortSignal): Store {
    const { host, commits, offers } = this.#options;
    return createOwnedStore({ store: host.store, commits, offers, ended });
  }
}

/** A commit of which nothing is known fails for the pair's sake: its lease, its peer. */
function isOwnFailure(error: unknown): boolean {
  return !(error instanceof StoreError) || faultIn(error) !== undefined;
}
