// Counts connections, in total and for each address, and says when one more is too many. Whoever
// has said nothing yet makes room for it.

export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** Shared by the listeners that draw on the same limits. */
export interface Admission {
  /** The way to leave, to be called once; undefined: there are too many already. */
  enter(address: string): (() => void) | undefined;
  /**
   * A connection that is in and says nothing so far. It may be ended for another one, and has left
   * when `evict` returns. Answers what to call as soon as it speaks or ends.
   */
  silent(address: string, evict: () => void): () => void;
  /** Of whom there are too many for one more of this address. */
  crowdedBy(address: string): 'address' | 'all' | undefined;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  const countOf = new Map<string, number>();
  let total = 0;
  /** The longest silent first. */
  const silent = new Set<{ readonly address: string; readonly evict: () => void }>();
  const crowdedBy: Admission['crowdedBy'] = (address) => {
    if ((countOf.get(address) ?? 0) >= limits.connectionsPerAddress) return 'address';
    return total >= limits.connections ? 'all' : undefined;
  };
  const makeRoom = (address: string): void => {
    const crowd = crowdedBy(address);
    if (crowd === undefined) return;
    for (const entry of silent) {
      if (crowd === 'address' && entry.address !== address) continue;
      silent.delete(entry);
      entry.evict();
      return;
    }
  };
  return {
    crowdedBy,
    silent(address, evict) {
      const entry = { address, evict };
      silent.add(entry);
      return () => void silent.delete(entry);
    },
    enter(address) {
      makeRoom(address);
      if (crowdedBy(address) !== undefined) return undefined;
      total += 1;
      countOf.set(address, (countOf.get(address) ?? 0) + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        total -= 1;
        const remaining = (countOf.get(address) ?? 1) - 1;
        if (remaining === 0) countOf.delete(address);
        else countOf.set(address, remaining);
      };
    },
  };
}
