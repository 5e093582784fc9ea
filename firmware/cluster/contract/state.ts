// The state of one group on one node, as values: configuration, what is on disk, and what a restart
// forgets.
import type { Term } from '../../store/contract.ts';
import type { Heartbeat, HistoryEntry, Mode, Path, Position, Role } from './message.ts';

export interface GroupConfig {
  readonly self: string;
  readonly peer: string;
  /** The pairing generation; messages of another one are ignored. */
  readonly generation: number;
  /** Part of the replicated registry; changes only in step. */
  readonly witness: boolean;
  /** How long after the end of the lease bytes may leave: 0 where nftables gates the address. */
  readonly wireTailMs: number;
  /** Records between two snapshots; left out: `clusterLimits.recordsPerSnapshot`. */
  readonly recordsPerSnapshot?: number;
}

/** What a restart remembers. The log itself is durable with the store. */
export interface Durable {
  readonly term: Term;
  /** Own term counters up to this one may have been used. */
  readonly reservedCounter: number;
  readonly mode: Mode;
  /** The owner waits for its standby from this record on. */
  readonly waitFromSeq: number;
  /** The peer left in order: it takes nothing over, and no lease is needed. */
  readonly peerPromised: boolean;
  /** This node left in order: it takes nothing over before it was in step again. */
  readonly promised: boolean;
  /** It was in step once since it came to the group, or began it: it knows what the group is. */
  readonly joined: boolean;
}

/** The log as the machine needs it: where it begins and ends, and where its terms begin. */
export interface LogShape {
  /** The snapshot with which it begins; left out: it reaches back to its first record. */
  readonly begin?: Position | undefined;
  readonly end: Position;
  readonly history: readonly HistoryEntry[];
}

/** A message that was sent and may be answered. */
export interface Sending {
  readonly path: Path;
  readonly connection: number;
  readonly seq: number;
  readonly atMs: number;
  readonly leaseMs: number;
}

/** What goes on once a write is durable. */
export type AfterPersist =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'adopted'; readonly term: Term }
  | { readonly kind: 'exposed'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'waiting'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'in-step'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'stepped'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'outdated'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'promised'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'peer-promised'; readonly term: Term; readonly epoch: number };

export interface Claim {
  readonly term: Term;
  readonly sentAtMs: number;
  /** `witness`: claimed there (W3). `peer`: asked of the peer (B1). */
  readonly of: 'witness' | 'peer';
  /** Of the message that claims or asks. */
  readonly seq: number;
}

/** The owner's side of replication. */
export interface Stepping {
  /**
   * new: nothing decided in this term · exposing: R3's condition is waited for · exposed · waiting:
   * R5 runs, new records wait for the peer · in-step
   */
  readonly phase: 'new' | 'exposing' | 'exposed' | 'waiting' | 'in-step';
  /** Number of the attempt to step or to mark outdated; only grows in a term. */
  readonly epoch: number;
  /** The write that this phase needs is durable. */
  readonly durable: boolean;
  /** The standby's log is ours up to here; undefined before they were compared. */
  readonly peerEnd: Position | undefined;
  /** The standby has records of its own after the fork, and hands them over (J1). */
  readonly tail:
    | {
        readonly fork: Position;
        readonly throughSeq: number;
        /** A batch is being taken in. */
        readonly taking: boolean;
      }
    | undefined;
  /** When the standby last moved on with what it was sent. */
  readonly progressAtMs: number;
  /** When records, or questions about them, were last sent. */
  readonly sentAtMs: number;
  /** When `step` was last sent: of its own, since records may be sent all the time. */
  readonly stepAtMs: number;
  /** The standby may believe that it is in step with this node. */
  readonly granted: boolean;
  /** The standby does not know the record that comes next: it is of an older release. */
  readonly blocked: boolean;
  /** The connection to the witness on which `exposed` of this epoch was published. */
  readonly exposedOn: number | undefined;
  readonly askedOutdatedAtMs: number;
}

/** The standby's side. */
export interface Following {
  readonly epoch: number;
  /** Epochs up to this one were answered with `outdated`. */
  readonly outdatedEpoch: number;
  readonly inStep: boolean;
  /** Sending time of the last echo that the owner confirmed; undefined: none in this epoch. */
  readonly confirmedSentAtMs: number | undefined;
  readonly storing: boolean;
  readonly cutting: boolean;
  /** The record that comes next is of a newer release. */
  readonly blocked: boolean;
}

export interface Witness {
  readonly connected: boolean;
  readonly connection: number;
  /** Since when its order is known without a gap (wAt). */
  readonly usableFromMs: number;
  /** When it last broke or had a gap. */
  readonly brokeAtMs: number;
  /** The last message seen of each node: boot, connection, seq. */
  readonly seen: {
    readonly own: number;
    readonly peer:
      | { readonly boot: number; readonly connection: number; readonly seq: number }
      | undefined;
  };
}

export interface PendingCommit {
  readonly id: number;
  /** Undefined until it is durable here. */
  readonly seq: number | undefined;
  /** `exposed: refuse`: an acceptance that no owner makes alone. */
  readonly needsBoth: boolean;
}

export interface GroupState {
  readonly config: GroupConfig;
  readonly boot: number;
  readonly durable: Durable;
  readonly log: LogShape;
  readonly role: Role;
  /** The adopted term is durable, so that it may be echoed. */
  readonly termDurable: boolean;
  /** The greatest counter that was adopted, claimed or asked for. */
  readonly highestCounter: number;
  /** Own counters up to this one are durably reserved. */
  readonly reservedCounter: number;
  readonly leaseUntilMs: number;
  /** How the lease was last renewed; for people and for counting the exception. */
  readonly leaseBy: 'echo' | 'witness' | 'arbiter' | 'grant' | 'fenced' | 'none';
  /** No byte and no acknowledgement before. */
  readonly writeFromMs: number;
  /** The same as the takeover left it: signs of another owner that come later only add to it. */
  readonly takenFromMs: number;
  /** The peer, as this ownership knows, has no lease any more in this term or a lower one. */
  readonly spentTerm: Term | undefined;
  /** Something was let through in this term. */
  readonly acted: boolean;
  readonly leaseMs: number;
  /** Moments of lapses that a longer lease would have bridged. */
  readonly lapses: readonly number[];
  /** From when the lease was that lapsed, where nobody knows yet how long that is to last. */
  readonly lapseFromMs: number | undefined;
  /** The last sign of an owner (quiet). */
  readonly quietMs: number;
  /**
   * An owner's lease, or one that this node granted, may last until then (quiet, lastGrant and D).
   */
  readonly ownerUntilMs: number;
  readonly claim: Claim | undefined;
  /** The kernel may have the group's addresses or sockets. */
  readonly wireOpen: boolean;
  /** A fence that was not answered yet. */
  readonly fencing: number | undefined;
  readonly yieldUntilMs: number;
  readonly lapsedAtMs: number | undefined;
  readonly stepping: Stepping;
  readonly following: Following;
  readonly commits: readonly PendingCommit[];
  /** The log up to here was said to be on both nodes (`log-shared`). */
  readonly sharedSeq: number;
  /** Own writes to the log that are under way, whoever owns the group by now. */
  readonly appending: number;
  readonly witness: Witness;
  readonly carrier: boolean;
  // -- what was heard of the peer
  readonly peer: {
    readonly heardAtMs: number;
    readonly boot: number;
    /** Its starts up to this one have ended, as its supervisor says. */
    readonly deadBoot: number;
    readonly beat: Heartbeat | undefined;
    readonly beatAtMs: number;
    readonly beatSeq: number;
    readonly lastEchoAtMs: number;
    readonly lastEchoNumber: number;
  };
  readonly probing: {
    readonly sinceMs: number | undefined;
    /** Since when no probe was answered by the owner. */
    readonly unansweredFromMs: number;
    /** When probes were sent, the newest last. */
    readonly sentAtMs: readonly number[];
    readonly groupAnsweredAtMs: number;
    readonly arbiterAtMs: number;
    readonly arbiterAskedAtMs: number;
  };
  /** When an arbiter or the witness first answered after the start. */
  readonly bootFromMs: number | undefined;
  readonly drain: { readonly deadlineMs: number; readonly done: boolean } | undefined;
  readonly leaving: boolean;
  readonly nextPromiseAtMs: number;
  readonly unpaired: boolean;
  // -- bookkeeping
  readonly directSeq: number;
  readonly witnessSeq: number;
  readonly echoNumber: number;
  /** The peer's last heartbeat that was echoed; it comes by several paths. */
  readonly echoedSeq: number;
  readonly sent: readonly Sending[];
  readonly echoesSent: readonly { readonly number: number; readonly atMs: number }[];
  readonly writes: readonly {
    readonly id: number;
    readonly reservedCounter: number;
    readonly next: AfterPersist;
  }[];
  readonly nextId: number;
  readonly nextBeatAtMs: number;
  readonly nextRenewalAtMs: number;
  readonly tickedAtMs: number;
}
