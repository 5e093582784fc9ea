// The one hook that says whether a spooler may act now: always for the local one, the lease for a
// group.

/**
 * Asked before each chunk to a device, before each start, and after each commit before its
 * completion or acceptance is told to anyone. False: say nothing, send nothing; what was committed
 * meanwhile stays committed and is marked as not acknowledged.
 */
export interface Permit {
  live(): boolean;
}

export const alwaysLive: Permit = { live: () => true };
