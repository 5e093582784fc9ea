// The host of one group on one node: the machine's effects done on store, spooler, sockets and
// network, and their answers fed back to it.
import type { DocumentReader } from '../../spool/document-reader.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { LogRecord, Term } from '../../store/contract.ts';
import type { GroupView, HandsEffect } from '../../pair/contract.ts';
import type { ClusterEvent } from '../contract/event.ts';
import type { Position } from '../contract/message.ts';
import { createGroupCommits, type GroupCommits } from './commits.ts';
import type { GroupHost, GroupHostOptions, GroupMachine } from './contract.ts';
import { createDocumentFetcher, type DocumentFetcher } from './fetch.ts';
import { decodeMemory, encodeMemory, shapeOf } from './memory.ts';
import { Ownership } from './ownership.ts';
import { takeTail } from './tail.ts';
import { firstTerm } from '../term.ts';

export function createGroupHost(options: GroupHostOptions): GroupHost {
  return new Host(options);
}

class Host implements GroupHost {
  readonly #options: GroupHostOptions;
  readonly #commits: GroupCommits;
  readonly #fetcher: DocumentFetcher;
  #machine: GroupMachine | undefined;
  #ownership: Ownership | undefined;
  /** The last ownership that ended is gone. */
  #ended: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: GroupHostOptions) {
    this.#options = options;
    const { id, store, spool, documents, clock } = options;
    this.#commits = createGroupCommits({ store, feed: (event) => this.feed(event) });
    this.#fetcher = createDocumentFetcher({ spooler: id, store, spool, peer: documents, clock });
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

  async start(): Promise<void> {
    const { id, config, store, onChange } = this.#options;
    const memory = await store.query('log.memory', { spooler: id });
    const history = await store.query('log.history', { spooler: id });
    this.#machine = this.#options.makeMachine({
      config,
      durable: decodeMemory(memory, config.generation),
      log: shapeOf(history, config.generation),
      perform: (effect) => this.#perform(effect),
      onView: () => onChange?.(),
    });
  }

  feed(event: ClusterEvent): void {
    if (!this.#stopped) this.#machine?.feed(event);
  }

  async openDocument(jobId: string, number: number): Promise<DocumentReader | undefined> {
    const { store, spool } = this.#options;
    const place = await store.query('documents.locate', { jobId, number });
    return place === undefined ? undefined : await spool.open(place);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#machine?.stop();
    this.#fetcher.breakOff();
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
        return void this.#store(effect.records);
      case 'take-tail':
        return void this.#takeTail(effect.records);
      case 'cut-log':
      case 'forget-tail':
        return this.#changeLog(effect);
      case 'take-over':
        return this.#takeOver(effect.term, effect.clean);
      case 'release-held':
        return this.#ownership?.releaseHeld();
      case 'drain':
        return void this.#drain();
      case 'stand-by':
        return this.#standBy();
      case 'move-refused':
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
    await this.#options.network.renew(untilMs);
    this.feed({ kind: 'address-renewed' });
    this.#ownership?.renewed();
  }

  async #fence(id: number): Promise<void> {
    this.#ownership?.resetSockets();
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

  /** What can't be had now is answered with nothing, and sent again by the owner. */
  async #store(records: readonly LogRecord[]): Promise<void> {
    const { id, store, log } = this.#options;
    const changes = records.map(({ change }) => change);
    try {
      const fetched = await this.#fetcher.documentsOf(changes);
      // The machine hands on only what follows the log's end.
      const after = await this.#logEnd();
      try {
        await store.storeRecords({ spooler: id, after, records, documents: fetched.documents });
      } finally {
        fetched.keep();
      }
      this.feed({ kind: 'stored', records });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.info('records of the owner could not be stored', { message });
      this.feed({ kind: 'stored', records: [] });
    }
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
    this.#firmly(store.cutTail(id, fork.seq).then(() => this.feed({ kind: 'log-cut', fork })));
  }

  #takeOver(term: Term, clean: boolean): void {
    this.#end();
    this.#ownership = new Ownership({
      host: this.#options,
      term,
      clean,
      commits: this.#commits,
      live: () => this.#machine?.live(term) ?? false,
      after: this.#ended,
      onSpooler: () => this.#options.onChange?.(),
    });
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
