// The one hook that says whether a spooler may act now: always for the local one, the lease for a
// group.
import type { Refusal } from '../errors/codes.ts';

/**
 * Asked before each chunk to a device, before each start, and after each commit before its
 * completion or acceptance is told to anyone. False: say nothing, send nothing; what was committed
 * meanwhile stays committed and is marked as not acknowledged.
 */
export interface Permit {
  live(): boolean;
  /** Why no job is taken at all just now; nothing where any may be. */
  refuseJobs?(): Refusal | undefined;
  /** Asked after the commit: why even what was stored just now is not acknowledged any more. */
  refuseStored?(): Refusal | undefined;
}

export const alwaysLive: Permit = { live: () => true };

/** The node's own spooler may always act; its door can be shut to new jobs, and opened again. */
export interface Door {
  readonly permit: Permit;
  /** From now on no client hears that its job is accepted; opens again with what it returns. */
  shut(why: Refusal): () => void;
}

export function createDoor(): Door {
  let refusal: Refusal | undefined;
  const refuse = (): Refusal | undefined => refusal;
  return {
    permit: { ...alwaysLive, refuseJobs: refuse, refuseStored: refuse },
    shut(why) {
      refusal = why;
      return () => {
        refusal = undefined;
      };
    },
  };
}
