// The host of one group on one node: the machine's effects done on store, spooler, sockets and
// network, and their answers fed back to it.
import { refused, type Refusal } from '../../errors/codes.ts';
import type { DocumentReader } from '../../spool/document-reader.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { LogRecord } from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';
import type { GroupView, HandsEffect } from '../../pair/contract.ts';
import type { ClusterEvent } from '../contract/event.ts';
import type { Position } from '../contract/message.ts';
import type { GroupResources } from '../groups.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import { createDocumentOffers, type DocumentOffers } from './ahead.ts';
import { createGroupCommits, type GroupCommits } from './commits.ts';
import type { GroupHost, GroupHostOptions, GroupMachine, OfferedDocument } from './contract.ts';
import { createDocumentFetcher, type DocumentFetcher } from './fetch.ts';
import { decodeMemory, encodeMemory, shapeOf } from './memory.ts';
import { Ownership } from './ownership.ts';
import { Resources } from './resources.ts';
import { createStandby, type Standby, takeCredentials } from './standby.ts';
import { takeTail } from './tail.ts';
import { noWishes, readWishes, type Wishes, wishChanges, wishesIn } from './wishes.ts';
import { firstTerm } from '../term.ts';

export function createGroupHost(options: GroupHostOptions): GroupHost {
  return new Host(options);
}

class Host implements GroupHost {
  readonly #options: GroupHostOptions;
  readonly #commits: GroupCommits;
  readonly #fetcher: DocumentFetcher;
  readonly #offers: DocumentOffers;
  readonly #standby: Standby;
  readonly #resources: Resources;
  /** What this node's log says of the group. */
  #wishes: Wishes = noWishes;
  #machine: GroupMachine | undefined;
  #ownership: Ownership | undefined;
  /** The last ownership that ended is gone. */
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: GroupHostOptions) {
    this.#options = options;
    const { id, store, spool, documents, files, clock } = options;
    this.#commits = createGroupCommits({
      store,
      feed: (event) => this.feed(event),
      needsBoth: (changes) => this.#refusesAlone && changes.some(isAcceptance),
      onAppended: (changes) => this.#follow(changes),
    });
    const { self } = options.config;
    this.#resources = new Resources({
      ...options,
      self,
      inStep: () => this.#isInStep,
      move: (timeoutMs) => this.feed({ kind: 'move', timeoutMs }),
      onChange: () => options.onChange?.(),
    });
    this.#fetcher = createDocumentFetcher({
      spooler: id,
      store,
      spool,
      peer: documents,
      files,
      clock,
    });
    this.#standby = createStandby({
      ...options,
      fetcher: this.#fetcher,
      logEnd: () => this.#logEnd(),
      wishes: () => this.#wishes,
      onStored: (changes) => this.#follow(changes),
    });
    this.#offers = createDocumentOffers({
      peer: documents,
      spool,
      clock,
      inStep: () => this.#isInStep,
      leastBytes: options.aheadBytes ?? clusterLimits.aheadBytes,
    });
  }

  get id(): string {
    return this.#options.id;
  }

  get view(): GroupView | undefined {
    return this.#machine?.view;
  }

  get spooler(): Spooler | undefined {
    return this.#ownership?.spooler;
  }

  get resources(): GroupResources | undefined {
    return this.#resources.group;
  }

  takeOffline(signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal> {
    return this.#bring('offline', signal);
  }

  bringOnline(signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal> {
    return this.#bring('online', signal);
  }

  async noteCredentials(): Promise<void> {
    const certificate = this.#options.credentials?.digest();
    if (certificate === undefined || certificate === this.#wishes.certificate) return;
    await this.#ownership?.commitUnit(wishChanges({ certificate }));
  }

  defined(): void {
    this.#resources.defined();
  }

  async start(): Promise<void> {
    const { id, config, store, onChange } = this.#options;
    this.#wishes = await readWishes(store, id);
    const memory = await store.query('log.memory', { spooler: id });
    const history = await store.query('log.history', { spooler: id });
    this.#machine = this.#options.makeMachine({
      config,
      durable: decodeMemory(memory, config.generation),
      log: shapeOf(history, config.generation),
      perform: (effect) => this.#perform(effect),
      onView: () => {
        if (!this.#isInStep) this.#offers.breakOff();
        onChange?.();
      },
    });
  }

  feed(event: ClusterEvent): void {
    if (!this.#stopped) this.#machine?.feed(event);
  }

  async openDocument(jobId: string, number: number): Promise<DocumentReader | undefined> {
    const offered = this.#offers.open(jobId, number);
    if (offered !== undefined) return await offered;
    const { store, spool } = this.#options;
    const place = await store.query('documents.locate', { jobId, number });
    return place === undefined ? undefined : await spool.open(place);
  }

  async snapshotBody(seq: number): Promise<Uint8Array | undefined> {
    const { store } = this.#options;
    const body = await store.query('log.snapshot-body', { spooler: this.id, seq });
    return body === undefined ? undefined : Buffer.from(body);
  }

  async takeAhead(offered: OfferedDocument, signal: AbortSignal): Promise<void> {
    if (this.#stopped) throw new Error('this appliance stops');
    await this.#fetcher.takeAhead(offered, signal);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#resources.stop();
    this.#machine?.stop();
    this.#commits.end();
    this.#fetcher.breakOff();
    this.#offers.breakOff();
    await this.#ownership?.end(deadline);
    await this.#options.network.fence();
  }

  #perform(effect: HandsEffect): void {
    const { network } = this.#options;
    switch (effect.kind) {
      case 'persist':
        return this.#persist(effect);
      case 'renew-address':
        return void this.#renew(effect.untilMs);
      case 'fence':
        return void this.#fence(effect.id);
      case 'ask-arbiters':
        return network.askArbiters();
      case 'probe':
        return network.probe();
      case 'conflict-seen':
        return network.reportConflict();
      case 'append':
        return this.#firmly(this.#commits.append(effect.id, effect.term));
      case 'commit-done':
        return this.#commits.done(effect.id);
      case 'commit-failed':
        return this.#commits.failed(effect.id);
      case 'read-records':
        return this.#read(effect);
      case 'store-records':
        return void this.#standby.store(effect.records).then((event) => this.feed(event));
      case 'take-tail':
        return void this.#takeTail(effect.records);
      case 'cut-log':
      case 'forget-tail':
        return this.#changeLog(effect);
      case 'log-shared':
        return this.#advanceSnapshot(effect);
      case 'take-over':
        return this.#takeOver(effect);
      case 'peer-replaced':
        return this.#ownership?.peerReplaced();
      case 'release-held':
        return this.#ownership?.releaseHeld();
      case 'drain':
        return void this.#drain();
      case 'stand-by':
        return this.#standBy();
      case 'move-refused':
        if (this.#resources.moveRefused()) return;
        return this.#options.onMoveRefused?.(effect.reason);
      case 'left':
        return this.#options.onLeft?.();
    }
  }

  #persist({ id, durable }: Extract<HandsEffect, { kind: 'persist' }>): void {
    const stored = this.#options.store.remember(this.id, encodeMemory(durable));
    this.#firmly(stored.then(() => this.feed({ kind: 'persisted', id })));
  }

  async #renew(untilMs: number): Promise<void> {
    const wanted = this.#resources.wantsAddress;
    if (wanted) await this.#options.network.renew(untilMs);
    this.feed({ kind: 'address-renewed' });
    if (wanted) this.#resources.addressRenewed();
    this.#ownership?.renewed();
  }

  async #fence(id: number): Promise<void> {
    this.#ownership?.resetSockets();
    this.#resources.lapsed();
    await this.#options.network.fence();
    this.feed({ kind: 'fence-done', id });
  }

  #read({ of, term, after, limit }: Extract<HandsEffect, { kind: 'read-records' }>): void {
    const { store, id } = this.#options;
    const read = store.readLog(id, after.seq + 1, limit);
    this.#firmly(
      read.then((records) => this.feed({ kind: 'records-read', of, term, after, records })),
    );
  }

  async #logEnd(): Promise<Position> {
    const { store, id, config } = this.#options;
    const end = (await store.logEnds()).find(({ spooler }) => spooler === id);
    return end === undefined
      ? { term: firstTerm(config.generation), seq: 0 }
      : { term: end.term, seq: end.seq };
  }

  async #takeTail(records: readonly LogRecord[]): Promise<void> {
    const { id, store, clock, log } = this.#options;
    const term = this.#ownership?.term ?? this.view?.term;
    let throughSeq = (records[0]?.seq ?? 1) - 1;
    try {
      if (term === undefined) throw new Error('nobody owns the group here');
      const fetcher = this.#fetcher;
      const wall = () => clock.wall();
      await takeTail({ spooler: id, store, fetcher, wall, log }, records, term);
      throughSeq = records.at(-1)?.seq ?? throughSeq;
      this.#ownership?.spooler?.lookAgain();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.info('records of the other appliance could not be taken over yet', { message });
    }
    this.#firmly(this.#logEnd().then((end) => this.feed({ kind: 'tail-taken', throughSeq, end })));
  }

  #changeLog(effect: Extract<HandsEffect, { kind: 'cut-log' | 'forget-tail' }>): void {
    const { store, id } = this.#options;
    if (effect.kind === 'forget-tail') return this.#firmly(store.forgetTail(id));
    const { fork } = effect;
    const cut = async () => {
      await store.cutTail(id, fork.seq);
      this.#wishes = await readWishes(store, id);
      // Else with the next records: the owner has them.
      await takeCredentials(this.#options, this.#wishes).catch(() => undefined);
      this.feed({ kind: 'log-cut', fork });
    };
    this.#firmly(cut());
  }

  #takeOver({ term, clean, replaced }: Extract<HandsEffect, { kind: 'take-over' }>): void {
    this.#end();
    const ownership = new Ownership({
      host: this.#options,
      term,
      clean,
      replaced: replaced === true,
      commits: this.#commits,
      offers: this.#offers,
      live: () => this.#machine?.live(term) ?? false,
      after: this.#ended,
      refuseJobs: () => this.#refuseJobs(),
      onSpooler: () => {
        this.#resources.spoolerStarted();
        this.#options.onChange?.();
      },
      onFailed: (reason) => this.#resources.spoolerFailed(reason),
    });
    this.#ownership = ownership;
    this.#resources.owned(ownership, this.#wishes);
  }

  #advanceSnapshot({ seq, every }: Extract<HandsEffect, { kind: 'log-shared' }>): void {
    const { store, id, log } = this.#options;
    const advance = async () => {
      await store.advanceSnapshot(id, { sharedSeq: seq, every });
      const { begin } = await store.query('log.history', { spooler: id });
      if (begin !== undefined) this.feed({ kind: 'log-begins', begin });
    };
    // A log that stays longer breaks no promise: the next one makes up for it.
    advance().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!this.#stopped) log.warn('no snapshot of the log could be made', { message });
    });
  }

  /** The wish is a record; whoever appends or stores it follows it. */
  async #bring(
    wanted: Wishes['wanted'],
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'done' } | Refusal> {
    const { name } = this.#options.definition();
    const ownership = this.#ownership;
    if (ownership === undefined) {
      return refused('not-live', `group "${name}" is not owned by this appliance`);
    }
    const wishes = wanted === 'online' ? { wanted, failedOn: undefined } : { wanted };
    try {
      const outcome = await ownership.commitUnit(wishChanges(wishes));
      if (outcome.kind === 'refused') return outcome;
      await this.#resources.settled(wanted === 'online' ? 'Online' : 'Offline', signal);
      return { kind: 'done' };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refused('not-live', `group "${name}" can't be brought ${wanted} now: ${why}`);
    }
  }

  #follow(changes: readonly Change[]): void {
    const wishes = wishesIn(changes);
    if (Object.keys(wishes).length === 0) return;
    this.#wishes = { ...this.#wishes, ...wishes };
    this.#resources.wished(wishes);
  }

  get #isInStep(): boolean {
    return this.view?.mode === 'in-step';
  }

  get #refusesAlone(): boolean {
    return this.#options.definition().policy.exposed === 'refuse';
  }

  #refuseJobs(): Refusal | undefined {
    if (!this.#refusesAlone || this.view?.alone !== true) return undefined;
    const { name } = this.#options.definition();
    return refused(
      'printer-not-accepting',
      `group "${name}" takes no jobs while the other appliance is away (exposed: refuse)`,
    );
  }

  async #drain(): Promise<void> {
    await this.#ownership?.drain();
    this.feed({ kind: 'drained' });
  }

  #standBy(): void {
    this.#end();
    this.#options.onChange?.();
  }

  #end(): void {
    const ending = this.#ownership;
    this.#ownership = undefined;
    this.#resources.released();
    if (ending === undefined) return;
    const before = this.#ended;
    this.#ended = ending.end().then(() => before);
  }

  /** Without its disk a node can keep no promise: whoever runs the process starts it anew. */
  #firmly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stopped) this.#options.onFault(error);
    });
  }
}

/** By which a client's job or document would be acknowledged. */
function isAcceptance({ type }: Change): boolean {
  return type === 'job.created' || type === 'job.document-added';
}
