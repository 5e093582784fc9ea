// What store client and store worker say to each other: batches of numbered calls one way, of
// answers the other.
import type { HalErrorCode } from '../../hal/errors.ts';
import type { CommitOutcome, CommitUnit, LogRecord, RecordBatch } from './contract.ts';
import type { LogEnd } from './log-rows.ts';
import type { QueryInput, QueryName, QueryOutput } from './queries/table.ts';

/** A call of one of the store's methods; answered exactly once. */
export type StoreCall = { readonly id: number } & (
  | { readonly method: 'commit'; readonly unit: CommitUnit }
  | { readonly method: 'query'; readonly name: QueryName; readonly input: QueryInput<QueryName> }
  | {
      readonly method: 'readLog';
      readonly spooler: string;
      readonly fromSeq: number;
      readonly limit: number;
    }
  | { readonly method: 'cutLog'; readonly spooler: string; readonly throughSeq: number }
  | { readonly method: 'logEnds' }
  | { readonly method: 'storeRecords'; readonly batch: RecordBatch }
  | { readonly method: 'cutTail'; readonly spooler: string; readonly seq: number }
  | {
      readonly method: 'advanceSnapshot';
      readonly spooler: string;
      readonly step: { readonly sharedSeq: number; readonly every: number };
    }
  | { readonly method: 'forgetTail'; readonly spooler: string }
  | { readonly method: 'forgetLog'; readonly spooler: string }
  | { readonly method: 'remember'; readonly spooler: string; readonly memory: string }
  | { readonly method: 'close' }
);

export type CallMessage = readonly StoreCall[];

export interface QueryAnswer<Name extends QueryName = QueryName> {
  readonly id: number;
  readonly method: 'query';
  readonly name: Name;
  readonly value: QueryOutput<Name>;
}

/** Errors lose their class between threads: their text, and what the machine could not do. */
export interface StoreFailure {
  readonly why: string;
  readonly fault?: HalErrorCode;
}

export type StoreAnswer =
  | { readonly id: number; readonly method: 'commit'; readonly value: CommitOutcome }
  | QueryAnswer
  | { readonly id: number; readonly method: 'readLog'; readonly value: readonly LogRecord[] }
  | { readonly id: number; readonly method: 'logEnds'; readonly value: readonly LogEnd[] }
  | { readonly id: number; readonly method: 'done' }
  | ({ readonly id: number; readonly method: 'failed' } & StoreFailure);

export type AnswerMessage =
  /** The first message of the worker: the store is open, or why it is not. */
  | { readonly kind: 'opened' }
  | ({ readonly kind: 'not-opened' } & StoreFailure)
  | { readonly kind: 'answers'; readonly answers: readonly StoreAnswer[] };

/** One end of the channel between two threads. */
export interface StoreChannel<Sent, Received> {
  post(message: Sent, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: Received) => void): void;
  /** The other side is gone: it ended, crashed or closed. Called at most once. */
  onEnd(listener: (why: string) => void): void;
  /** Messages that came already and were not delivered yet. */
  takeWaiting(): readonly Received[];
  close(): void;
}
