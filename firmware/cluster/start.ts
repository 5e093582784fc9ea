// The state of a group when a process starts: what the disk remembers, and nothing else.
import type { Durable, GroupConfig, GroupState, LogShape } from './contract/state.ts';
import { freshFollowing, freshStepping } from './fence.ts';
import { firstTerm } from './term.ts';
import { baseLeaseMs } from './turn.ts';

/** What the disk holds before a group was ever known here. */
export function freshDurable(generation: number): Durable {
  return {
    term: firstTerm(generation),
    reservedCounter: 0,
    mode: 'outdated',
    waitFromSeq: 0,
    peerPromised: false,
    promised: false,
    joined: false,
  };
}

export interface GroupStart {
  readonly config: GroupConfig;
  /** Greater than at each start before. */
  readonly boot: number;
  readonly durable: Durable;
  readonly log: LogShape;
  readonly now: number;
}

/**
 * A starting node is outdated and owns nothing; its own addresses and sockets of before are gone
 * already.
 */
export function startGroup({ config, boot, durable, log, now }: GroupStart): GroupState {
  return {
    config,
    boot,
    durable,
    log,
    role: 'boot',
    termDurable: true,
    // Counters up to the reserved one may have been used by an earlier start.
    highestCounter: durable.reservedCounter,
    reservedCounter: durable.reservedCounter,
    leaseUntilMs: -Infinity,
    leaseBy: 'none',
    writeFromMs: now,
    takenFromMs: 0,
    spentTerm: undefined,
    acted: false,
    leaseMs: baseLeaseMs,
    lapses: [],
    lapseFromMs: undefined,
    quietMs: now,
    ownerUntilMs: now,
    claim: undefined,
    wireOpen: false,
    fencing: undefined,
    yieldUntilMs: -Infinity,
    lapsedAtMs: undefined,
    stepping: freshStepping,
    following: freshFollowing,
    commits: [],
    sharedSeq: 0,
    appending: 0,
    witness: {
      connected: false,
      connection: 0,
      usableFromMs: now,
      brokeAtMs: now,
      seen: { own: 0, peer: undefined },
    },
    carrier: true,
    peer: {
      heardAtMs: -Infinity,
      boot: 0,
      deadBoot: 0,
      beat: undefined,
      beatAtMs: -Infinity,
      beatSeq: 0,
      lastEchoAtMs: -Infinity,
      lastEchoNumber: 0,
    },
    probing: {
      sinceMs: undefined,
      unansweredFromMs: -Infinity,
      sentAtMs: [],
      groupAnsweredAtMs: -Infinity,
      arbiterAtMs: -Infinity,
      arbiterAskedAtMs: -Infinity,
    },
    bootFromMs: undefined,
    drain: undefined,
    leaving: false,
    nextPromiseAtMs: now,
    unpaired: false,
    directSeq: 0,
    witnessSeq: 0,
    echoNumber: 0,
    echoedSeq: 0,
    sent: [],
    echoesSent: [],
    writes: [],
    nextId: 1,
    nextBeatAtMs: now,
    nextRenewalAtMs: now,
    tickedAtMs: now,
  };
}
