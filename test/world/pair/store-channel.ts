// The way to a store's worker and back, as delays: what a process handed over may be lost with it,
// may be durable without its knowing, and is slow where the disk is.
import type { Store } from '../../../firmware/store/contract.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';

export interface StoreChannelOptions {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  /** Of this process: false once it is dead. */
  readonly alive: () => boolean;
  /** Binds an action to this process, which may stand still. */
  readonly inProcess: (action: () => void) => () => void;
  /** Added to each write at the most. */
  readonly slowMs: () => number;
}

/** Writes take time, in order; reads answer at once with what is durable. */
export function createStoreChannel(options: StoreChannelOptions): Store {
  const { store, timeline, random, alive, inProcess, slowMs } = options;
  let handedMs = 0;
  let answeredMs = 0;

  const answer = (deliver: () => void) => {
    const tookMs = random.between(0.5, 8) + (slowMs() > 0 ? random.between(0, slowMs()) : 0);
    answeredMs = Math.max(answeredMs, timeline.nowMs + tookMs);
    const inTurn = inProcess(() => {
      timeline.touch();
      deliver();
    });
    timeline.at(answeredMs, inTurn);
  };
  const write = <T>(work: () => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    handedMs = Math.max(handedMs, timeline.nowMs + random.between(0.05, 1.5));
    timeline.at(handedMs, () => {
      if (!alive()) return;
      timeline.touch();
      work().then(
        (value) => answer(() => resolve(value)),
        (error: unknown) => answer(() => reject(error)),
      );
    });
    return promise;
  };

  return {
    commit: (unit) => write(() => store.commit(unit)),
    storeRecords: (batch) => write(() => store.storeRecords(batch)),
    cutTail: (spooler, seq) => write(() => store.cutTail(spooler, seq)),
    advanceSnapshot: (spooler, step) => write(() => store.advanceSnapshot(spooler, step)),
    forgetTail: (spooler) => write(() => store.forgetTail(spooler)),
    forgetLog: (spooler) => write(() => store.forgetLog(spooler)),
    remember: (spooler, memory) => write(() => store.remember(spooler, memory)),
    query: (name, input) => store.query(name, input),
    readLog: (spooler, fromSeq, limit) => store.readLog(spooler, fromSeq, limit),
    cutLog: (spooler, throughSeq) => store.cutLog(spooler, throughSeq),
    logEnds: () => store.logEnds(),
    close: () => store.close(),
  };
}
