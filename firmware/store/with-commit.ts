// A store that is another one in all but how it commits, and how it is closed: for whoever stands
// before the node's store on behalf of others.
import type { Store } from './contract.ts';

export function withCommit(
  store: Store,
  { commit, close = () => store.close() }: Pick<Store, 'commit'> & Partial<Pick<Store, 'close'>>,
): Store {
  return {
    commit,
    query: (name, input) => store.query(name, input),
    readLog: (spooler, fromSeq, limit) => store.readLog(spooler, fromSeq, limit),
    cutLog: (spooler, throughSeq) => store.cutLog(spooler, throughSeq),
    logEnds: () => store.logEnds(),
    storeRecords: (batch) => store.storeRecords(batch),
    cutTail: (spooler, seq) => store.cutTail(spooler, seq),
    advanceSnapshot: (spooler, step) => store.advanceSnapshot(spooler, step),
    forgetTail: (spooler) => store.forgetTail(spooler),
    forgetLog: (spooler) => store.forgetLog(spooler),
    remember: (spooler, memory) => store.remember(spooler, memory),
    close,
  };
}
