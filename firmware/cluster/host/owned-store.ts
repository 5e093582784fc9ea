// The node's store as one ownership of a group has it.
import { type Store, StoreError } from '../../store/contract.ts';
import { withCommit } from '../../store/with-commit.ts';
import type { DocumentOffers } from './ahead.ts';
import type { GroupCommits } from './commits.ts';

export interface OwnedStoreOptions {
  readonly store: Store;
  readonly commits: Pick<GroupCommits, 'commit'>;
  readonly offers: Pick<DocumentOffers, 'bring'>;
  /** The ownership, or what of it this store is for, is over. */
  readonly ended: AbortSignal;
}

/** Its commits count only by R1 and only until its end; large documents go ahead of theirs. */
export function createOwnedStore({ store, commits, offers, ended }: OwnedStoreOptions): Store {
  return withCommit(store, {
    async commit(unit) {
      mustGoOn(ended);
      const bringing = offers.bring(unit, ended);
      if (bringing !== undefined) {
        await bringing;
        mustGoOn(ended);
      }
      return await commits.commit(unit);
    },
    // The node's own, and not this ownership's to close.
    close: async () => undefined,
  });
}

/** Throws a StoreError: nobody may take for done what comes after the end. */
export function mustGoOn(ended: AbortSignal): void {
  if (ended.aborted) throw new StoreError('the ownership has ended');
}
