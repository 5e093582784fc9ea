// Intake: the one door by which documents come in; durability and replication stand behind it.
//
// A server hands over a stream and what it knows of the job, and tells its client success only when
// `accepted` came back. No server commits anything itself.
import type { Refusal } from '../errors/codes.ts';
import type { Job, JobHold, JobOrigin } from '../jobs/job.ts';

export interface JobRequest {
  readonly printerId: string;
  readonly name: string;
  readonly origin: JobOrigin;
  /** 1 to 100. */
  readonly priority?: number;
  readonly copies?: number;
  /** Until when the job waits; left out: it does not, unless its printer holds new jobs. */
  readonly hold?: JobHold;
  /** The ended job whose documents these are, on a person's word. */
  readonly reprintOf?: string;
  /** Job template attributes to keep with the job, by IPP name, in the API's JSON form. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/**
 * The document prints while it arrives, from its first byte on, where the printer can do that now;
 * else it is spooled as any other.
 */
export interface Straight {
  /** The device said this meanwhile. Must return at once. */
  readonly onWords: (bytes: Uint8Array) => void;
  /** No port works on it any more; called once, also where none ever did. */
  readonly onEnd: () => void;
}

export interface DocumentRequest {
  readonly name: string;
  /** MIME type as the client says; application/octet-stream when it does not. */
  readonly format: string;
  /** Length where the client announced one: refused before a byte is taken if there is no room. */
  readonly sizeBytes?: number;
  readonly compression?: 'none' | 'gzip' | 'deflate';
}

export type Accepted = { readonly kind: 'accepted'; readonly job: Job };

/**
 * The stream's end is the document's end; a stream that throws, or a signal that aborts, is a
 * broken upload: nothing of it stays, nothing is printed, and the answer is `document-incomplete`.
 * The stream is pulled with back-pressure, and returned (`return()`) when intake stops early.
 * Memory used does not depend on the document's size.
 */
export interface Intake {
  /**
   * One document, one job (Print-Job, raw 9100, LPD, the page). A stream of zero bytes is refused:
   * `document-incomplete`.
   */
  accept(
    document: AsyncIterable<Uint8Array>,
    request: JobRequest & {
      readonly document: DocumentRequest;
      readonly straight?: Straight | undefined;
    },
    signal?: AbortSignal,
  ): Promise<Accepted | Refusal>;
  /** Would `accept` take it now? (Validate-Job.) Commits nothing. */
  validate(
    request: JobRequest & { readonly document?: DocumentRequest },
  ): Promise<Refusal | undefined>;
  /** Create-Job: a job that waits for its documents. */
  create(request: JobRequest): Promise<Accepted | Refusal>;
  /** Send-Document. `last` closes the job; without a document (`undefined`) it only closes it. */
  add(
    jobId: string,
    document: AsyncIterable<Uint8Array> | undefined,
    request: { readonly document: DocumentRequest; readonly last: boolean },
    signal?: AbortSignal,
  ): Promise<Accepted | Refusal>;
}
