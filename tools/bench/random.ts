// Repeatable random numbers and bytes from a seed, for documents and for the order of the peers.

export interface SeededRandom {
  /** A whole number in [0, below). */
  integer(below: number): number;
  bytes(count: number): Buffer;
  /** The items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[];
}

/** Mulberry32: 32 bits of state, good enough to tell documents apart; not for keys. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const integer = (below: number): number => next() % below;
  return {
    integer,
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => next() & 0xff)),
    shuffled: (items) =>
      items
        .map((item) => ({ item, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item),
  };
}
