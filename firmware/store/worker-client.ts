// The store as the appliance has it: the same interface, its work done in a worker, so that no
// fsync stops the event loop.
import { RefusedError, refused } from '../errors/codes.ts';
import { storeLimits } from '../limits/store-limits.ts';
import {
  type CommitOutcome,
  type CommitUnit,
  type DocumentToStore,
  type RecordBatch,
  type Store,
  StoreError,
} from './contract.ts';
import type { QueryInput, QueryName, QueryOutput } from './queries/table.ts';
import { RememberedAnswers } from './remembered-answers.ts';
import type {
  AnswerMessage,
  CallMessage,
  QueryAnswer,
  StoreAnswer,
  StoreCall,
  StoreChannel,
  StoreFailure,
} from './worker-protocol.ts';

export interface StoreClientOptions {
  readonly channel: StoreChannel<CallMessage, AnswerMessage>;
  /** Calls that may be under way; further commits are refused as busy. */
  readonly outstandingRequests?: number;
}

export interface StoreClient {
  readonly store: Store;
  /** `failed`: the worker is gone, every call rejects; start anew. */
  readonly state: () => StoreClientState;
  /** Resolves when the worker is gone, whatever the cause. */
  readonly ended: Promise<StoreClientState>;
}

export type StoreClientState =
  | { readonly kind: 'running' | 'closed' }
  | { readonly kind: 'failed'; readonly why: string };

/** Resolves once the worker's store is open; rejects with a StoreError that says why it is not. */
export async function connectStore(options: StoreClientOptions): Promise<StoreClient> {
  const client = new WorkerStore(options);
  await client.opened;
  return { store: client, state: () => client.state, ended: client.ended };
}

interface Pending {
  readonly take: (answer: StoreAnswer) => void;
  readonly fail: (error: StoreError) => void;
}

/** Omit over each member of the union. */
type Unnumbered<T> = T extends StoreCall ? Omit<T, 'id'> : never;

class WorkerStore implements Store {
  readonly opened: Promise<void>;
  readonly ended: Promise<StoreClientState>;
  readonly #channel: StoreClientOptions['channel'];
  readonly #limit: number;
  readonly #pending = new Map<number, Pending>();
  readonly #opening = Promise.withResolvers<void>();
  readonly #ending = Promise.withResolvers<StoreClientState>();
  readonly #remembered = new RememberedAnswers();
  #state: StoreClientState = { kind: 'running' };
  #closing: Promise<void> | undefined;
  #lastId = 0;
  #batch: StoreCall[] = [];
  #transfer: ArrayBuffer[] = [];

  constructor(options: StoreClientOptions) {
    this.#channel = options.channel;
    this.#limit = options.outstandingRequests ?? storeLimits.outstandingRequests;
    this.opened = this.#opening.promise;
    this.ended = this.#ending.promise;
    this.#channel.onMessage((message) => this.#take(message));
    this.#channel.onEnd((why) => this.#end({ why }));
  }

  get state(): StoreClientState {
    return this.#state;
  }

  async commit(unit: CommitUnit): Promise<CommitOutcome> {
    if (this.#pending.size >= this.#limit) return refused('busy', 'too many changes wait');
    return this.#remembered.during(() =>
      this.#call({ method: 'commit', unit }, (answer, resolve) => {
        if (answer.method === 'commit') resolve(answer.value);
      }),
    );
  }

  async query<Name extends QueryName>(
    name: Name,
    input: QueryInput<Name>,
  ): Promise<QueryOutput<Name>> {
    this.#assertRoom();
    const ask = () =>
      this.#call<QueryOutput<Name>>({ method: 'query', name, input }, (answer, resolve) => {
        if (answer.method === 'query' && isAnswerTo(answer, name)) resolve(answer.value);
      });
    return this.#remembered.answer(name, input, ask);
  }

  async readLog(spooler: string, fromSeq: number, limit: number): ReturnType<Store['readLog']> {
    this.#assertRoom();
    return this.#call({ method: 'readLog', spooler, fromSeq, limit }, (answer, resolve) => {
      if (answer.method === 'readLog') resolve(answer.value);
    });
  }

  cutLog(spooler: string, throughSeq: number): Promise<void> {
    return this.#do({ method: 'cutLog', spooler, throughSeq });
  }

  storeRecords(batch: RecordBatch): Promise<void> {
    return this.#do({ method: 'storeRecords', batch });
  }

  cutTail(spooler: string, seq: number): Promise<void> {
    return this.#do({ method: 'cutTail', spooler, seq });
  }

  advanceSnapshot(
    spooler: string,
    step: { readonly sharedSeq: number; readonly every: number },
  ): Promise<void> {
    return this.#do({ method: 'advanceSnapshot', spooler, step });
  }

  forgetTail(spooler: string): Promise<void> {
    return this.#do({ method: 'forgetTail', spooler });
  }

  forgetLog(spooler: string): Promise<void> {
    return this.#do({ method: 'forgetLog', spooler });
  }

  remember(spooler: string, memory: string): Promise<void> {
    return this.#do({ method: 'remember', spooler, memory });
  }

  async #do(call: Unnumbered<StoreCall>): Promise<void> {
    this.#assertRoom();
    return this.#remembered.during(() =>
      this.#call<void>(call, (answer, resolve) => {
        if (answer.method === 'done') resolve();
      }),
    );
  }

  async logEnds(): ReturnType<Store['logEnds']> {
    this.#assertRoom();
    return this.#call({ method: 'logEnds' }, (answer, resolve) => {
      if (answer.method === 'logEnds') resolve(answer.value);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#state.kind !== 'running') return;
    await this.#call<void>({ method: 'close' }, (answer, resolve) => {
      if (answer.method === 'done') resolve();
    });
    this.#leave({ kind: 'closed' }, 'the store is closed');
  }

  #assertRoom(): void {
    if (this.#pending.size < this.#limit) return;
    throw new RefusedError(refused('busy', 'too many questions wait for the store'));
  }

  #call<T>(
    call: Unnumbered<StoreCall>,
    take: (answer: StoreAnswer, resolve: (value: T) => void) => void,
  ): Promise<T> {
    if (this.#state.kind !== 'running') return Promise.reject(new StoreError(this.#whyNot()));
    if (this.#closing !== undefined && call.method !== 'close') {
      return Promise.reject(new StoreError('the store is closed'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#lastId += 1;
    this.#pending.set(this.#lastId, { take: (answer) => take(answer, resolve), fail: reject });
    this.#post({ ...call, id: this.#lastId });
    return promise;
  }

  /**
   * Calls of one turn leave as one message; inline documents move without a copy where they can.
   */
  #post(call: StoreCall): void {
    this.#batch.push(call);
    if (call.method === 'commit') this.#transfer.push(...transferable(call.unit.documents));
    if (call.method === 'storeRecords') {
      this.#transfer.push(...transferable(call.batch.documents));
    }
    if (this.#batch.length > 1) return;
    setImmediate(() => {
      const [batch, transfer] = [this.#batch, this.#transfer];
      this.#batch = [];
      this.#transfer = [];
      if (this.#state.kind === 'running') this.#channel.post(batch, transfer);
    });
  }

  #take(message: AnswerMessage): void {
    switch (message.kind) {
      case 'opened':
        return this.#opening.resolve();
      case 'not-opened':
        return this.#end(message);
      case 'answers':
        for (const answer of message.answers) this.#settle(answer);
    }
  }

  #settle(answer: StoreAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.method === 'failed') {
      pending?.fail(new StoreError(answer.why, faultOption(answer.fault)));
    } else pending?.take(answer);
  }

  #end({ why, fault }: StoreFailure): void {
    if (this.#state.kind !== 'running') return;
    // The answer to close and the end of the worker may come in either order.
    const state: StoreClientState =
      this.#closing === undefined ? { kind: 'failed', why } : { kind: 'closed' };
    this.#opening.reject(
      new StoreError(`the store could not be opened: ${why}`, faultOption(fault)),
    );
    this.#leave(state, `the store is gone: ${why}`);
  }

  #leave(state: StoreClientState, why: string): void {
    this.#state = state;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { fail } of pending) fail(new StoreError(why));
    this.#channel.close();
    this.#ending.resolve(state);
  }

  #whyNot(): string {
    return this.#state.kind === 'failed'
      ? `the store is gone: ${this.#state.why}`
      : 'the store is closed';
  }
}

function faultOption(fault: StoreFailure['fault']) {
  return fault === undefined ? {} : { fault };
}

function isAnswerTo<Name extends QueryName>(
  answer: QueryAnswer,
  name: Name,
): answer is QueryAnswer<Name> {
  return answer.name === name;
}

/**
 * Buffers that hold one inline document and nothing else; part of a larger buffer is copied
 * instead.
 */
function transferable(documents: readonly DocumentToStore[] = []): readonly ArrayBuffer[] {
  return documents.flatMap(({ source }) => {
    if (source.kind !== 'inline') return [];
    const { buffer, byteLength } = source.bytes;
    return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
  });
}
