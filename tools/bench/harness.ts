// Runs a row: prepares its peers, lets them take turns in a drawn order, and sums up.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { seededRandom } from './random.ts';
import type { BenchRow, PreparedPeer } from './row.ts';
import { type Summary, summarise } from './statistics.ts';

export interface RunOptions {
  readonly rounds: number;
  /** Rounds before those that count: caches, pools and compilers get warm. */
  readonly warmUps: number;
  readonly seed: number;
  /** An empty folder; each peer gets one inside. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

export interface PeerResult extends Summary {
  readonly peer: string;
  readonly rates: readonly number[];
  /** The medians of what was measured besides. */
  readonly besides: Readonly<Record<string, number>>;
  /** The median against the median of the first peer. */
  readonly ratio: number;
}

export interface RowResult {
  readonly row: string;
  readonly what: string;
  readonly unit: string;
  readonly seed: number;
  readonly peers: readonly PeerResult[];
}

/**
 * Peers take turns, so that whatever else the machine does hits them alike; the order within a turn
 * is drawn anew, so that none always follows the same one.
 */
export async function runRow(row: BenchRow, options: RunOptions): Promise<RowResult> {
  const { rounds, warmUps, seed, report } = options;
  const random = seededRandom(seed);
  const prepared: {
    readonly name: string;
    readonly peer: PreparedPeer;
    readonly rates: number[];
    readonly besides: Readonly<Record<string, number>>[];
  }[] = [];
  try {
    for (const peer of row.peers) {
      const folder = join(options.folder, `${row.name}-${peer.name}`.replaceAll(/[^\w.-]+/g, '-'));
      await mkdir(folder, { recursive: true });
      const ready = await peer.prepare({ folder, report });
      prepared.push({ name: peer.name, peer: ready, rates: [], besides: [] });
    }
    for (let round = -warmUps; round < rounds; round += 1) {
      const roundSeed = random.integer(0x1_0000_0000);
      for (const { name, peer, rates, besides } of random.shuffled(prepared)) {
        const measured = await peer.round(roundSeed);
        const rate = typeof measured === 'number' ? measured : measured.rate;
        if (round >= 0) rates.push(rate);
        if (round >= 0 && typeof measured !== 'number') besides.push(measured.besides);
        const label = round < 0 ? 'warm-up' : `round ${round + 1}/${rounds}`;
        report(`${row.name} ${label} ${name}: ${rate.toFixed(1)} ${row.unit}`);
      }
    }
  } finally {
    await stopAll(prepared.map(({ peer }) => peer));
  }
  const first = summarise(prepared[0]?.rates ?? []);
  const peers = prepared.map(({ name, rates, besides }) => {
    const summary = summarise(rates);
    const ratio = summary.median / first.median;
    return { peer: name, rates, besides: mediansOf(besides), ...summary, ratio };
  });
  return { row: row.name, what: row.what, unit: row.unit, seed, peers };
}

function mediansOf(
  rounds: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, summarise(rounds.flatMap((round) => round[name] ?? [])).median]),
  );
}

async function stopAll(peers: readonly PreparedPeer[]): Promise<void> {
  const stopped = await Promise.allSettled(peers.map((peer) => peer.stop()));
  const failures = stopped.filter((result) => result.status === 'rejected');
  if (failures.length > 0) {
    throw new AggregateError(
      failures.map((failure) => failure.reason),
      'peers did not stop',
    );
  }
}
