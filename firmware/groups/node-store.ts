// The node's store as all rooms but the groups' hosts have it: records of a group go by whoever
// owns the group, or nowhere. One that was appended beside the group's machine would be on one node
// alone, and none of the owner's would follow on it there.
import { refused } from '../errors/codes.ts';
import type { CommitOutcome, CommitUnit, Store } from '../store/contract.ts';
import { withCommit } from '../store/with-commit.ts';

export interface NodeStoreOptions {
  readonly store: Store;
  /** The node's own spooler, whose records need nobody's leave. */
  readonly localSpooler: string;
  /** The store of the group's ownership on this node; undefined: it has none. */
  readonly storeOf: (group: string) => Pick<Store, 'commit'> | undefined;
}

export function createNodeStore({ store, localSpooler, storeOf }: NodeStoreOptions): Store {
  return withCommit(store, {
    async commit(unit: CommitUnit): Promise<CommitOutcome> {
      // Events alone are no records.
      if (unit.spooler === localSpooler || unit.changes.length === 0) return store.commit(unit);
      const owned = storeOf(unit.spooler);
      if (owned !== undefined) return owned.commit(unit);
      return refused('not-live', 'this appliance does not own the group just now');
    },
  });
}
