// One connection on which contents are fetched, one after the other. Node's HTTP client makes
// several objects and an event of each of TLS's small records, which costs more than TLS and digest
// together; here a record's bytes are lent to whoever wants them, and nothing is made of them.
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../hal/contract.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { LentBytes } from './contract.ts';
import { type Pace, startPace } from './pace.ts';
import { readHead, type ResponseHead } from './response-head.ts';

/** Who takes one answer. What it throws ends the connection and rejects the request. */
export interface ContentSink {
  begin(head: ResponseHead): void;
  /**
   * The bytes are lent for the call. False: no more for now; what the connection has read already
   * still comes, at most `limits.lentBytes`.
   */
  take(bytes: Uint8Array): boolean;
}

export interface ContentConnection {
  /** It can be asked; a broken one is left for another. */
  readonly usable: boolean;
  readonly socket: TLSSocket;
  /** Resolves behind the last byte of the answer's body; one at a time. */
  get(target: string, headers: Readonly<Record<string, string>>, sink: ContentSink): Promise<void>;
  /** After a `take` that said false. */
  resume(): void;
  close(): void;
}

export async function openContentConnection(
  host: string,
  clock: Pick<Clock, 'monotonicMs'>,
  dial: (onread: LentBytes) => Promise<TLSSocket>,
): Promise<ContentConnection> {
  const reader = new AnswerReader(clock);
  const buffer = new Uint8Array(limits.recordsBytes);
  const socket = await dial({
    buffer,
    callback(sizeBytes, bytes) {
      const goesOn = reader.read(bytes.subarray(0, sizeBytes));
      if (reader.broken) socket.destroy();
      return goesOn;
    },
  });
  const fail = (error: unknown) => {
    reader.fail(error);
    socket.destroy();
  };
  if (reader.broken) socket.destroy();
  socket.on('error', fail);
  socket.once('end', () => fail(new Error('the connection broke off')));
  socket.once('close', () => fail(new Error('the connection broke off')));
  socket.setTimeout(limits.idleTimeoutMs, () => {
    // Where our own disk is what takes long, the server is not to blame.
    if (!reader.paused) fail(new Error('it is silent'));
  });
  const resume = () => {
    reader.paused = false;
    socket.resume();
  };
  return {
    socket,
    get usable() {
      return !reader.broken && !socket.destroyed;
    },
    get(target, headers, sink) {
      const answered = reader.expect(sink);
      if (reader.paused) resume();
      const fields = Object.entries({ host, ...headers }).map(([name, text]) => `${name}: ${text}`);
      socket.write(`GET ${target} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`, 'latin1');
      return answered;
    },
    resume,
    close: () => socket.destroy(),
  };
}

interface Answering {
  readonly sink: ContentSink;
  readonly done: PromiseWithResolvers<void>;
  readonly pace: Pace;
}

/** The bytes of a connection as answers: head, then as many bytes as it says. */
export class AnswerReader {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  broken = false;
  paused = false;
  #head = Buffer.alloc(0);
  #headDone = false;
  #leftBytes = 0;
  #lasts = true;
  #failure: unknown;
  #answering: Answering | undefined;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  expect(sink: ContentSink): Promise<void> {
    if (this.#answering !== undefined) throw new Error('an answer is still coming');
    if (this.broken) return Promise.reject(this.#failure);
    const done = Promise.withResolvers<void>();
    this.#headDone = false;
    this.#answering = { sink, done, pace: startPace(this.#clock) };
    return done.promise;
  }

  /** True: more is wanted. */
  read(bytes: Uint8Array): boolean {
    if (this.broken) return false;
    try {
      this.#take(bytes);
    } catch (error) {
      this.fail(error);
    }
    return !this.paused && !this.broken;
  }

  fail(error: unknown): void {
    if (this.broken) return;
    this.broken = true;
    this.#failure = error;
    const answering = this.#answering;
    this.#answering = undefined;
    answering?.done.reject(error);
  }

  #take(bytes: Uint8Array): void {
    const answering = this.#answering;
    if (answering === undefined) throw new Error('the server spoke without being asked');
    answering.pace.came(bytes.length);
    const body = this.#headDone ? bytes : this.#takeHead(bytes, answering.sink);
    if (body === undefined) return;
    // More than the answer has, and nothing else was asked for.
    if (body.length > this.#leftBytes) throw new Error('bytes came behind the answer');
    this.#leftBytes -= body.length;
    if (body.length > 0 && !answering.sink.take(body)) this.paused = true;
    if (this.#leftBytes > 0) return;
    this.#answering = undefined;
    if (!this.#lasts) this.fail(new Error('the server closed the connection'));
    answering.done.resolve();
  }

  /** What of the body came with the head; undefined: the head has not ended yet. */
  #takeHead(bytes: Uint8Array, sink: ContentSink): Uint8Array | undefined {
    this.#head = Buffer.concat([this.#head, bytes]);
    const head = readHead(this.#head);
    if (head === undefined) return undefined;
    const body = this.#head.subarray(head.sizeBytes);
    this.#head = Buffer.alloc(0);
    this.#headDone = true;
    this.#lasts = head.lasts;
    this.#leftBytes = head.lengthBytes;
    sink.begin(head);
    return body;
  }
}

/** Asks on a connection that stays, and on another one where it broke. */
export class ContentChannel {
  readonly #root: string;
  readonly #open: () => Promise<ContentConnection>;
  #connection: ContentConnection | undefined;

  constructor(root: string, open: () => Promise<ContentConnection>) {
    this.#root = root;
    this.#open = open;
  }

  /** `path` below the root. */
  async get(
    path: string,
    headers: Readonly<Record<string, string>>,
    sink: ContentSink,
  ): Promise<void> {
    if (this.#connection?.usable !== true) this.#connection = await this.#open();
    await this.#connection.get(`${this.#root}/${path}`, headers, sink);
  }

  resume(): void {
    this.#connection?.resume();
  }

  /** The answer is not wanted: what still comes would stand before the next one. */
  drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }
}
