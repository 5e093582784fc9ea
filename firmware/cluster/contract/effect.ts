// What a group's machine wants done; the shell does them in this order, and answers those that have
// an answer.
import type { LogRecord, Term } from '../../store/contract.ts';
import type { Message, Path, Position } from './message.ts';
import type { Durable } from './state.ts';

export type Effect =
  | { readonly kind: 'send'; readonly path: Path; readonly message: Message }
  /** Make it durable, in order with all other writes; answered by `persisted`. */
  | { readonly kind: 'persist'; readonly id: number; readonly durable: Durable }
  // -- the network
  /** Take or renew the group's addresses, and the gate of their packets, to end at `untilMs`. */
  | { readonly kind: 'renew-address'; readonly untilMs: number }
  /** Reset printer sockets, delete addresses, then close listeners; answered by `fence-done`. */
  | { readonly kind: 'fence'; readonly id: number }
  | { readonly kind: 'ask-arbiters' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'conflict-seen' }
  // -- the log
  /** Commit what was handed in as `id`, in this term; answered by `appended`. */
  | { readonly kind: 'append'; readonly id: number; readonly term: Term }
  /** Read the log, or what a standby's log has after the fork; answered by `records-read`. */
  | {
      readonly kind: 'read-records';
      readonly of: 'log' | 'tail';
      readonly after: Position;
      readonly term: Term;
      readonly limit: number;
    }
  /** Store records of the owner; answered by `stored`. */
  | { readonly kind: 'store-records'; readonly records: readonly LogRecord[] }
  /** Take in records of the peer's tail by rule J2; answered by `tail-taken`. */
  | { readonly kind: 'take-tail'; readonly records: readonly LogRecord[] }
  /** Put the records after this one aside and end the log here; answered by `log-cut`. */
  | { readonly kind: 'cut-log'; readonly fork: Position }
  /** Both nodes have the log up to here: a snapshot of it may stand for its records. */
  | { readonly kind: 'log-shared'; readonly seq: number; readonly every: number }
  /** In step past the records that were put aside: they may go. */
  | { readonly kind: 'forget-tail' }
  // -- the group's spooler
  /** `acknowledged` false: it is committed, but nobody may be told; mark it so. */
  | { readonly kind: 'commit-done'; readonly id: number; readonly acknowledged: boolean }
  /** Nothing is known of it: it may be found in the log later. */
  | { readonly kind: 'commit-failed'; readonly id: number }
  /** Own the group. Not `clean`: hold the jobs that are known and not finished (R6). */
  | {
      readonly kind: 'take-over';
      readonly term: Term;
      readonly clean: boolean;
      /** The peer stands in the place of one whose word never comes: a person decides instead. */
      readonly replaced?: true;
    }
  /** A box with nothing stands in the peer's place: what R6 held for its word is a person's. */
  | { readonly kind: 'peer-replaced' }
  /** Both logs are one again: what R6 held may go on, by policy. */
  | { readonly kind: 'release-held' }
  | { readonly kind: 'drain'; readonly deadlineMs: number }
  | { readonly kind: 'move-refused'; readonly reason: 'not-owner' | 'not-in-step' }
  /** Ownership ended, in order or not. */
  | { readonly kind: 'stand-by' }
  /** The peer knows of the promise; the process may end. */
  | { readonly kind: 'left' };
