// Commits of a group's spooler on their way: handed to the machine, appended when it says so,
// answered when it says so (R1).
import {
  type CommitOutcome,
  type CommitUnit,
  type Store,
  StoreError,
  type Term,
} from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';
import type { ClusterEvent } from '../contract/event.ts';

interface Pending {
  readonly unit: CommitUnit;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
  outcome: CommitOutcome | undefined;
}

export interface GroupCommits {
  commit(unit: CommitUnit): Promise<CommitOutcome>;
  // -- the machine's effects of the same names
  append(id: number, term: Term): Promise<void>;
  done(id: number): void;
  failed(id: number): void;
  /** The machine has stopped: whoever waits, now or later, hears that nothing is known. */
  end(): void;
}

export function createGroupCommits(options: {
  readonly store: Pick<Store, 'commit'>;
  readonly feed: (event: ClusterEvent) => void;
  /** Nobody may be told of it before both nodes have it (`exposed: refuse`). */
  readonly needsBoth: (changes: readonly Change[]) => boolean;
  /** They are in this node's log, whatever becomes of their telling. */
  readonly onAppended: (changes: readonly Change[]) => void;
}): GroupCommits {
  const { store, feed } = options;
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended = false;
  const unknown = () =>
    new StoreError('this appliance may not commit for the group now', { code: 'not-live' });

  const take = (id: number): Pending | undefined => {
    const found = pending.get(id);
    pending.delete(id);
    return found;
  };

  return {
    commit(unit) {
      // Events alone are no records: nobody replicates them.
      if (unit.changes.length === 0) return store.commit(unit);
      if (ended) return Promise.reject(unknown());
      const { promise, resolve, reject } = Promise.withResolvers<CommitOutcome>();
      lastId += 1;
      pending.set(lastId, { unit, resolve, reject, outcome: undefined });
      feed({ kind: 'commit', id: lastId, needsBoth: options.needsBoth(unit.changes) });
      return promise;
    },

    async append(id, term) {
      // The machine is fed later, never from within one of its effects.
      await Promise.resolve();
      const found = pending.get(id);
      if (found === undefined) return feed({ kind: 'append-failed', id });
      let outcome: CommitOutcome;
      try {
        outcome = await store.commit({ ...found.unit, term });
      } catch (error) {
        take(id)?.reject(error);
        return feed({ kind: 'append-failed', id });
      }
      if (outcome.kind === 'refused') {
        take(id)?.resolve(outcome);
        return feed({ kind: 'append-failed', id });
      }
      found.outcome = outcome;
      options.onAppended(found.unit.changes);
      feed({ kind: 'appended', id, end: { term, seq: outcome.lastSeq } });
    },

    /** Whether anyone may be told is asked of the permit by whoever waits here. */
    done(id) {
      const found = take(id);
      if (found?.outcome === undefined) return;
      found.resolve(found.outcome);
    },

    failed(id) {
      take(id)?.reject(unknown());
    },

    end() {
      ended = true;
      for (const id of pending.keys()) take(id)?.reject(unknown());
    },
  };
}
