// What a room of the appliance needs to answer HTTP: requests, answers and routes as rows.
import type { SocketAddress } from '../../../hal/contract.ts';

/**
 * The body, pulled from the socket as it is asked for. `next` rejects with HttpBodyError when the
 * client stops, goes away or breaks the framing; `return` leaves the rest to the server, which
 * still can answer.
 */
export type HttpBody = AsyncIterableIterator<Uint8Array>;

/** Why a body could not be read to its end. */
export type HttpBodyFault = 'gone' | 'stalled' | 'malformed';

export class HttpBodyError extends Error {
  override readonly name = 'HttpBodyError';
  readonly fault: HttpBodyFault;

  constructor(fault: HttpBodyFault) {
    super(`the request's body broke off: ${bodyFaultTexts[fault]}`);
    this.fault = fault;
  }
}

const bodyFaultTexts: Readonly<Record<HttpBodyFault, string>> = {
  gone: 'the client went away',
  stalled: 'the client sent nothing for too long',
  malformed: 'what the client sent is no HTTP',
};

export interface HttpRequest {
  /** In upper case. */
  readonly method: string;
  /** As sent: percent-encoded, beginning with `/`, without the query. */
  readonly path: string;
  readonly query: string;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** It came over TLS. */
  readonly secure: boolean;
  /** Content-Length; undefined for chunked bodies. */
  readonly lengthBytes: number | undefined;
  readonly body: HttpBody;
  /** A header field by its name in lower case. */
  header(name: string): string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Content-Length and Connection are the server's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** An iterable is sent as it comes, chunked, and returned when the client goes. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** What an iterable body yields in all, where that is known: it is announced, and not chunked. */
  readonly lengthBytes?: number;
  /** A longer body that is known as a whole is sent chunked, so many bytes a chunk. */
  readonly chunkBytes?: number;
}

/** What went wrong before, or instead of, a handler's answer. */
export interface HttpProblem {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row: the longest path that matches decides, then the method. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** `prefix`: `path` and whatever stands below it, `path` ending in `/`. */
  readonly match: 'exact' | 'prefix';
  /** The media type that a request must have. */
  readonly accepts?: string;
  /** It is served over TLS alone. */
  readonly secureOnly?: true;
  handle(request: HttpRequest): Promise<HttpAnswer>;
  /** How this room words a problem (the API: problem+json); a line of text without it. */
  readonly problem?: (problem: HttpProblem) => HttpAnswer;
}
