// The form of a fuzzing target: one parser or server that strangers reach, and how it is judged.

export interface FuzzTarget {
  readonly name: string;
  /** What inputs are grown from, besides the files in corpus/NAME. */
  readonly seeds: () => Promise<readonly Uint8Array[]>;
  /** Words of the language, to be put into inputs. */
  readonly words: readonly string[];
  /** Of the time, beside the 1 of others. */
  readonly share?: number;
  /** Begins; `close` ends what it began. */
  readonly open: () => Promise<RunningTarget>;
}

export interface RunningTarget {
  /**
   * One input. Resolves with what became of it in few words: inputs with words that were not heard
   * before are grown further. Rejects where something happened that must not.
   */
  try(input: Uint8Array, chance: Chance): Promise<string> | string;
  close(): Promise<void>;
}

/** Numbers from the seed. */
export interface Chance {
  next(): number;
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
}

/** A target without anything to begin. */
export function pureTarget(
  row: Omit<FuzzTarget, 'open' | 'seeds'> & {
    readonly seeds: readonly Uint8Array[];
    readonly judge: (input: Uint8Array, chance: Chance) => string;
  },
): FuzzTarget {
  const { judge, seeds, ...head } = row;
  return {
    ...head,
    seeds: async () => seeds,
    open: async () => ({ try: judge, close: async () => undefined }),
  };
}

/** What must hold, or the input is a finding. */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** The input as a network may bring it. */
export function cut(input: Uint8Array, chance: Chance): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < input.length; ) {
    const size = chance.chance(0.5) ? 1 + chance.integer(0, 8) : input.length;
    parts.push(input.subarray(at, at + size));
    at += size;
  }
  return parts;
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
