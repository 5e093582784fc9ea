// The form of a comparison: one kind of work, done by several peers, measured in turns.

/** What a round came to: its figure in the row's unit, and others of the same round beside it. */
export interface Measured {
  readonly rate: number;
  /** By name and unit, as they are shown. */
  readonly besides: Readonly<Record<string, number>>;
}

/**
 * A peer that is ready. Rounds come one at a time; `stop` gives everything back, whatever happened.
 */
export interface PreparedPeer {
  /** Does the work once. The seed makes the documents. */
  round(seed: number): Promise<number | Measured>;
  stop(): Promise<void>;
}

export interface PeerOptions {
  /** An empty folder of the peer's own. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

export interface Peer {
  readonly name: string;
  prepare(options: PeerOptions): Promise<PreparedPeer>;
}

export interface BenchRow {
  /** The family first: `npm run bench -- small` runs all rows of `small`. */
  readonly name: string;
  readonly what: string;
  /** Of a rate, where more is better, or of a size, where less is. */
  readonly unit: string;
  /** The first is the one that the others are compared with. */
  readonly peers: readonly [Peer, ...Peer[]];
  /** What a run has to keep to; returns what it missed, in words. */
  readonly missed?: (peers: readonly PeerFigures[]) => readonly string[];
}

/** Medians of a run, in the order of the row's peers. */
export interface PeerFigures {
  readonly median: number;
  readonly besides: Readonly<Record<string, number>>;
}
