// What happens to a group's machine: messages, time, the network's and the disk's answers, what
// people and the spooler ask.
import type { LogRecord, Term } from '../../store/contract.ts';
import type { Message, Path, Position } from './message.ts';

export type ClusterEvent =
  /** Time went on; wanted at `wakeAtMs` at the latest. */
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'message';
      readonly path: Path;
      /** The broker had kept it; nothing retained counts. */
      readonly retained: boolean;
      readonly message: Message;
    }
  /** A will, or a connection of the peer that closed. Says nothing about its process. */
  | { readonly kind: 'peer-closed' }
  /** Subscribed with a fresh client; the number only grows. */
  | { readonly kind: 'witness-connected'; readonly connection: number }
  | { readonly kind: 'witness-lost' }
  | { readonly kind: 'carrier'; readonly up: boolean }
  /** An arbiter answered what was asked at `askedAtMs`. */
  | { readonly kind: 'arbiter-replied'; readonly askedAtMs: number }
  /** The owner's address or the group's was answered; `conflict` from a strange MAC. */
  | {
      readonly kind: 'probe-answered';
      readonly askedAtMs: number;
      readonly by: 'owner' | 'conflict';
      readonly of: 'group' | 'node';
    }
  | { readonly kind: 'persisted'; readonly id: number }
  /** Printer sockets reset, addresses deleted, listeners closed. */
  | { readonly kind: 'fence-done'; readonly id: number }
  | { readonly kind: 'address-renewed' }
  // -- the group's spooler, on the owner
  /** `needsBoth`: nobody may be told of it before the standby has it, exposed or not. */
  | { readonly kind: 'commit'; readonly id: number; readonly needsBoth?: boolean }
  /** `commit` id is durable here, and the log ends there. */
  | { readonly kind: 'appended'; readonly id: number; readonly end: Position }
  | { readonly kind: 'append-failed'; readonly id: number }
  /** What `read-records` asked for was read. */
  | {
      readonly kind: 'records-read';
      readonly of: 'log' | 'tail';
      readonly term: Term;
      readonly after: Position;
      readonly records: readonly LogRecord[];
    }
  /** Nothing prints and no upload runs any more. */
  | { readonly kind: 'drained' }
  /** Records of a standby's tail were taken in, durably, up to this one; the log ends there now. */
  | { readonly kind: 'tail-taken'; readonly throughSeq: number; readonly end: Position }
  // -- the store, on the standby
  /** Records of the owner are durable here. */
  | {
      readonly kind: 'stored';
      readonly records: readonly LogRecord[];
      /** The one after them is of a newer release: this node can't follow until it is updated. */
      readonly blocked?: boolean;
    }
  | { readonly kind: 'log-cut'; readonly fork: Position }
  // -- the store, on either
  /** This snapshot stands for the records before it. */
  | { readonly kind: 'log-begins'; readonly begin: Position }
  // -- people
  | { readonly kind: 'move'; readonly timeoutMs: number }
  | { readonly kind: 'leave' }
  /** The peer says that it is not paired with this node any more. */
  | { readonly kind: 'unpaired' };
