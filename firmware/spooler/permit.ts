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
}

export const alwaysLive: Permit = { live: () => true };
