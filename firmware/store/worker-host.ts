// The worker's side: calls come in, the store answers; what waits in the port is taken whole, so
// that it shares a group.
import { faultIn, type Store } from './contract.ts';
import type {
  AnswerMessage,
  CallMessage,
  StoreAnswer,
  StoreCall,
  StoreChannel,
  StoreFailure,
} from './worker-protocol.ts';

export interface StoreHostOptions {
  readonly channel: StoreChannel<AnswerMessage, CallMessage>;
  readonly open: () => Promise<Store>;
}

/**
 * Opens the store, says so, and serves until it is closed. Never rejects: what fails is told to the
 * client.
 */
export async function serveStore(options: StoreHostOptions): Promise<void> {
  const { channel } = options;
  let store: Store;
  try {
    store = await options.open();
  } catch (error) {
    channel.post({ kind: 'not-opened', ...failureOf(error) }, []);
    channel.close();
    return;
  }
  const host = new StoreHost(store, channel);
  channel.onMessage((calls) => host.take(calls));
  channel.onEnd(() => void host.end());
  channel.post({ kind: 'opened' }, []);
}

class StoreHost {
  readonly #store: Store;
  readonly #channel: StoreHostOptions['channel'];
  #answers: StoreAnswer[] = [];

  constructor(store: Store, channel: StoreHostOptions['channel']) {
    this.#store = store;
    this.#channel = channel;
  }

  take(calls: CallMessage): void {
    for (const call of [calls, ...this.#channel.takeWaiting()].flat()) void this.#serve(call);
  }

  /** The client is gone: what it handed in is still committed. */
  async end(): Promise<void> {
    try {
      await this.#store.close();
    } catch {
      // Nobody is left to be told.
    }
  }

  async #serve(call: StoreCall): Promise<void> {
    try {
      this.#answer(await this.#run(call));
    } catch (error) {
      this.#answer({ id: call.id, method: 'failed', ...failureOf(error) });
    }
    if (call.method === 'close') {
      this.#flush();
      this.#channel.close();
    }
  }

  async #run(call: StoreCall): Promise<StoreAnswer> {
    const { id } = call;
    const store = this.#store;
    switch (call.method) {
      case 'commit':
        return { id, method: 'commit', value: await store.commit(call.unit) };
      case 'query': {
        const value = await store.query(call.name, call.input);
        return { id, method: 'query', name: call.name, value };
      }
      case 'readLog': {
        const value = await store.readLog(call.spooler, call.fromSeq, call.limit);
        return { id, method: 'readLog', value };
      }
      case 'logEnds':
        return { id, method: 'logEnds', value: await store.logEnds() };
      case 'cutLog':
        await store.cutLog(call.spooler, call.throughSeq);
        return { id, method: 'done' };
      case 'storeRecords':
        await store.storeRecords(call.batch);
        return { id, method: 'done' };
      case 'cutTail':
        await store.cutTail(call.spooler, call.seq);
        return { id, method: 'done' };
      case 'advanceSnapshot':
        await store.advanceSnapshot(call.spooler, call.step);
        return { id, method: 'done' };
      case 'forgetTail':
        await store.forgetTail(call.spooler);
        return { id, method: 'done' };
      case 'forgetLog':
        await store.forgetLog(call.spooler);
        return { id, method: 'done' };
      case 'remember':
        await store.remember(call.spooler, call.memory);
        return { id, method: 'done' };
      case 'close':
        await store.close();
        return { id, method: 'done' };
    }
  }

  /** Answers of one group leave as one message. */
  #answer(answer: StoreAnswer): void {
    this.#answers.push(answer);
    if (this.#answers.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#answers.length === 0) return;
    const answers = this.#answers;
    this.#answers = [];
    this.#channel.post({ kind: 'answers', answers }, []);
  }
}

function failureOf(error: unknown): StoreFailure {
  const fault = faultIn(error);
  return { why: messageOf(error), ...(fault === undefined ? {} : { fault }) };
}

/** The message with its causes: what people need. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
