// What two nodes of a pair say to each other about a group, directly or through the witness.
import type { LogRecord, Term } from '../../store/contract.ts';

/**
 * A place in a group's log; `term` is that of the record there. `seq` 0 is the place before the
 * first.
 */
export interface Position {
  readonly term: Term;
  readonly seq: number;
}

/** Where each term of a log begins: in order, first sequence numbers growing. */
export interface HistoryEntry {
  readonly term: Term;
  readonly firstSeq: number;
}

export type Role = 'boot' | 'standby' | 'claiming' | 'owner' | 'draining';

/** in-step, exposed: an owner's. in-step, outdated: a standby's. */
export type Mode = 'in-step' | 'exposed' | 'outdated';

/**
 * Who sends, and the how-many-th message on this connection. `direct` messages count from the start
 * of the process; those through the witness from 1 for each connection to it, so that a gap shows.
 */
export interface Header {
  readonly generation: number;
  readonly node: string;
  /** Number of the start of the sending process; only grows. */
  readonly boot: number;
  /** Number of the connection to the witness; 0 for direct messages. */
  readonly connection: number;
  readonly seq: number;
}

export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly term: Term;
  readonly role: Role;
  readonly mode: Mode;
  readonly logEnd: Position;
  /** The snapshot with which its log begins: what lacks that can't have its tail handed over. */
  readonly logBegin?: Position | undefined;
  /** How long an echo of this heartbeat lets its sender act, counted from its sending. */
  readonly leaseMs: number;
  /** How long after the end of its lease bytes of the sender may still leave it. */
  readonly wireTailMs: number;
  /** The number of the last echo that the sender, in step, received and counts on. */
  readonly confirms: number;
  /** Which attempt to step `mode` belongs to. */
  readonly epoch: number;
  /** The sender leaves the next term to its peer. */
  readonly yields: boolean;
  /** It ends, has promised to lead nothing, or is new: it yields also to one that yields. */
  readonly leaves?: boolean | undefined;
  /** An owner whose lease is over: only an echo could bring it back. */
  readonly lapsed?: boolean | undefined;
}

export type Body =
  | Heartbeat
  /** The answer to an owner's heartbeat: (boot, term, seq) of that, and the echo's own number. */
  | {
      readonly kind: 'echo';
      readonly boot: number;
      readonly term: Term;
      readonly seq: number;
      readonly number: number;
      /** Whether the standby did anything that its owner does not know shows here. */
      readonly logEnd: Position;
    }
  /** Through the witness: I take this term. */
  | { readonly kind: 'claim'; readonly term: Term }
  /** Through the witness: I go on alone in this term. `number` tells one attempt from the next. */
  | { readonly kind: 'exposed'; readonly term: Term; readonly number: number }
  /**
   * May I have this term? Asked of a peer that speaks and owns nothing, by a node that knows of
   * that term.
   */
  | { readonly kind: 'ask'; readonly term: Term; readonly knows: Term }
  /** Yes, I adopted it: `seq` is the ask's. */
  | {
      readonly kind: 'grant';
      readonly term: Term;
      readonly boot: number;
      readonly seq: number;
      /** Whether the asking node lacks anything shows here. */
      readonly logEnd: Position;
    }
  /**
   * From a supervisor: the process of this start acts no more in this or a lower term, its
   * addresses and sockets are gone. `seq` is that of the receiver's heartbeat which it answers.
   */
  | {
      readonly kind: 'fenced';
      readonly boot: number;
      readonly term: Term;
      readonly toBoot: number;
      readonly seq: number;
    }
  | ReplicationBody
  | LeaveBody;

/** Between an owner and its standby; a standby ignores those of another term than its own. */
export type ReplicationBody =
  | {
      readonly kind: 'compare';
      readonly term: Term;
      readonly history: readonly HistoryEntry[];
      readonly end: Position;
    }
  /** The last common place; `end` is the standby's: past the fork, there is a tail to hand over. */
  | {
      readonly kind: 'compared';
      readonly term: Term;
      readonly fork: Position;
      readonly end: Position;
    }
  | { readonly kind: 'pull-tail'; readonly term: Term; readonly afterSeq: number }
  | { readonly kind: 'tail'; readonly term: Term; readonly records: readonly LogRecord[] }
  /** Everything after the fork was handed over: cut your log there. */
  | { readonly kind: 'tail-taken'; readonly term: Term; readonly fork: Position }
  | {
      readonly kind: 'records';
      readonly term: Term;
      /** The place before the first of them. */
      readonly after: Position;
      readonly records: readonly LogRecord[];
    }
  /** The standby's log is durable up to here, and the same as the owner's. */
  | {
      readonly kind: 'stored';
      readonly term: Term;
      readonly end: Position;
      /** What comes next is of a release that the standby does not know: don't wait for it. */
      readonly blocked?: boolean | undefined;
    }
  /** The owner waits from `seq` on: be in step once you have all up to it. */
  | { readonly kind: 'step'; readonly term: Term; readonly epoch: number; readonly seq: number }
  | { readonly kind: 'stepped'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'mark-outdated'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'outdated'; readonly term: Term; readonly epoch: number };

export type LeaveBody =
  /** I leave in order, and will not take over before I was in step again. */
  | { readonly kind: 'promise'; readonly term: Term; readonly epoch: number }
  | { readonly kind: 'promise-kept'; readonly term: Term; readonly epoch: number };

export interface Message {
  readonly header: Header;
  readonly body: Body;
}

export type Path = 'direct' | 'witness';
