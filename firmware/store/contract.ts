// The store: a log of records per spooler, applied by one function, durable before `commit`
// resolves.
//
// Every change of registry, printers and jobs is a record {spooler, term, seq, type, payload}. The
// tables that queries read are made from records alone, by the record's row
// (firmware/store/records/), inside the same transaction; so two nodes at the same position of a
// log hold the same. Payloads carry every id and time that they need: applying reads no clock and
// draws no number.
//
// Life cycle: openStore(…) opens or makes the database, migrates, checks it; use; close. In the
// appliance the store runs in a worker behind the same interface; the simulation calls it without
// one.
import { type HalErrorCode, isHalError } from '../../hal/errors.ts';
import type { ErrorCode, Refusal } from '../errors/codes.ts';
import type { EventDraft, PlatenEvent } from '../events/event.ts';
import type { Job } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import type { Change } from './records/table.ts';
import type { QueryInput, QueryName, QueryOutput } from './queries/table.ts';

/** An ownership of a spooler's log: compared as (generation, counter, node); only grows. */
export interface Term {
  /** The pairing generation; 0 for the local spooler. */
  readonly generation: number;
  readonly counter: number;
  /** The node id of the owner. */
  readonly node: string;
}

/** One record of a spooler's log, as it is stored and replicated. */
export interface LogRecord {
  readonly spooler: string;
  readonly term: Term;
  /** From 1, without gaps, per spooler. */
  readonly seq: number;
  readonly change: Change;
}

/**
 * A document's bytes that go to disk with the commit: small ones in a shared segment file, written
 * and synced by the store once for the whole group of commits. Larger ones were spooled and synced
 * before. Each needs its job.document-added in the same unit, and the other way round. Inline bytes
 * are the store's from `commit` on: they may move to its worker, and then read as empty here.
 */
export interface DocumentToStore {
  readonly jobId: string;
  readonly number: number;
  readonly source:
    | { readonly kind: 'inline'; readonly bytes: Uint8Array }
    /** Name of a complete, synced file in the spool folder. */
    | { readonly kind: 'file'; readonly name: string }
    /** Of a job that ended where it came from, or on this node already: no bytes come with it. */
    | { readonly kind: 'none' };
}

/** Where a document's bytes are on this node; not part of the log, since nodes differ in it. */
export type DocumentLocation =
  | { readonly kind: 'file'; readonly name: string; readonly sizeBytes: number }
  | {
      readonly kind: 'segment';
      readonly name: string;
      readonly offsetBytes: number;
      readonly sizeBytes: number;
      /** Where its frame begins; undefined for documents of before frames were marked. */
      readonly frameBytes?: number;
    };

/** What is committed as one: all of it or none. */
export interface CommitUnit {
  readonly spooler: string;
  readonly term: Term;
  readonly changes: readonly Change[];
  readonly documents?: readonly DocumentToStore[];
  /** Events that no record makes; stored in the ring by the same transaction. */
  readonly events?: readonly EventDraft[];
}

/** Durable, with what it changed; or refused by a record's rule, with nothing changed. */
export type CommitOutcome =
  | {
      readonly kind: 'committed';
      readonly lastSeq: number;
      /** Each job and printer that the changes touched, as it is now. */
      readonly jobs: readonly Job[];
      readonly printers: readonly Printer[];
      readonly events: readonly PlatenEvent[];
    }
  | Refusal;

/** Records of a group's owner, as its standby stores them. */
export interface RecordBatch {
  readonly spooler: string;
  /** The place before the first of them: the end of the log. */
  readonly after: { readonly term: Term; readonly seq: number };
  readonly records: readonly LogRecord[];
  /** For each job.document-added among them, and for each that a snapshot's body has. */
  readonly documents: readonly DocumentToStore[];
  /** The body, where the first of them is a snapshot. */
  readonly snapshot?: string;
}

/** Where each term of a log begins: in order, first sequence numbers growing. */
export interface LogHistory {
  /** The snapshot with which the log begins; undefined: it reaches back to its first record. */
  readonly begin: { readonly term: Term; readonly seq: number } | undefined;
  readonly end: { readonly term: Term; readonly seq: number } | undefined;
  readonly terms: readonly { readonly term: Term; readonly firstSeq: number }[];
}

/** What replication asks of a store; in one order with commits, durable where it resolves. */
export interface ReplicaStore {
  /** Applies the records as they are. Rejects where they don't follow the end, or don't apply. */
  storeRecords(batch: RecordBatch): Promise<void>;
  /**
   * Puts the records after `seq` aside, and makes the tables as if they had never been; documents
   * stay until `forgetTail`.
   */
  cutTail(spooler: string, seq: number): Promise<void>;
  /**
   * Both nodes have the log up to `sharedSeq`: a snapshot of before may stand for its records, and
   * the next one is made where there are `every` records after it (snapshots.ts).
   */
  advanceSnapshot(
    spooler: string,
    step: { readonly sharedSeq: number; readonly every: number },
  ): Promise<void>;
  /** Forgets what was put aside, and documents that no job has. */
  forgetTail(spooler: string): Promise<void>;
  /** Nothing is left of the log, of what it made, nor of its documents: its group was removed. */
  forgetLog(spooler: string): Promise<void>;
  /** What a group's machine must remember, in place of what it remembered before; JSON. */
  remember(spooler: string, memory: string): Promise<void>;
}

export interface Store extends ReplicaStore {
  /**
   * Group commit: units that arrive while a commit runs share the next one. Resolves after the disk
   * has it: the journal's sync for the node's own, the database's (WAL, synchronous FULL) for all
   * others. Rejects with a StoreError when the disk failed: then nothing is
   * known to be durable and the caller must not acknowledge.
   */
  commit(unit: CommitUnit): Promise<CommitOutcome>;
  /** Runs one row of firmware/store/queries/; sees every commit that resolved before. */
  query<Name extends QueryName>(name: Name, input: QueryInput<Name>): Promise<QueryOutput<Name>>;
  /** Records of a log from `fromSeq` on, at most `limit`. */
  readLog(spooler: string, fromSeq: number, limit: number): Promise<readonly LogRecord[]>;
  /** Forgets records up to and with `throughSeq`; the tables keep what they made. */
  cutLog(spooler: string, throughSeq: number): Promise<void>;
  /** What was committed last in each log. */
  logEnds(): Promise<
    readonly { readonly spooler: string; readonly term: Term; readonly seq: number }[]
  >;
  /** Ends after what was handed in is committed. */
  close(): Promise<void>;
}

export interface StoreErrorOptions extends ErrorOptions {
  readonly fault?: HalErrorCode;
  /** `store-failed` where it is left out. */
  readonly code?: ErrorCode;
}

/**
 * The disk or the database failed, or a group's commit is one that nobody may answer for; `code` is
 * what clients are told.
 */
export class StoreError extends Error {
  readonly code: ErrorCode;
  /** What the machine could not do; undefined where something else was wrong. */
  readonly fault: HalErrorCode | undefined;

  constructor(message: string, options?: StoreErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = options?.code ?? 'store-failed';
    this.fault = options?.fault ?? faultIn(options?.cause);
  }
}

/** The machine's fault among an error and its causes; undefined where there is none. */
export function faultIn(error: unknown): HalErrorCode | undefined {
  if (isHalError(error)) return error.code;
  if (error instanceof StoreError) return error.fault;
  return error instanceof Error && error.cause !== undefined ? faultIn(error.cause) : undefined;
}
