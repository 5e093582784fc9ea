// Counts connections, in total and for each address, and says when one more is too many.

export interface AdmissionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** Shared by the listeners that draw on the same limits. */
export interface Admission {
  /** The way to leave, to be called once; undefined: there are too many already. */
  enter(address: string): (() => void) | undefined;
  /** Of whom there are too many for one more of this address. */
  crowdedBy(address: string): 'address' | 'all' | undefined;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  const countOf = new Map<string, number>();
  let total = 0;
  const crowdedBy: Admission['crowdedBy'] = (address) => {
    if ((countOf.get(address) ?? 0) >= limits.connectionsPerAddress) return 'address';
    return total >= limits.connections ? 'all' : undefined;
  };
  return {
    crowdedBy,
    enter(address) {
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
