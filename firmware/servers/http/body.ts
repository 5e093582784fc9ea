// The body of one request: pulled from Node's stream with back-pressure to the socket, bounded in
// time.
import type { IncomingMessage } from 'node:http';
import type { Clock, Timer } from '../../../hal/contract.ts';
import { HttpBodyError, type HttpBody, type HttpBodyFault } from './contract.ts';

export interface RequestBodyOptions {
  readonly request: IncomingMessage;
  readonly clock: Pick<Clock, 'startTimer'>;
  readonly idleTimeoutMs: number;
  /** Called before the first read by a consumer: the moment for 100-continue. */
  readonly onFirstRead: () => void;
}

export class RequestBody implements HttpBody {
  readonly #request: IncomingMessage;
  readonly #clock: RequestBodyOptions['clock'];
  readonly #idleTimeoutMs: number;
  #onFirstRead: (() => void) | undefined;
  #failure: HttpBodyError | undefined;
  #ended = false;
  #returned = false;
  readonly #waiting = new Set<() => void>();

  constructor({ request, clock, idleTimeoutMs, onFirstRead }: RequestBodyOptions) {
    this.#request = request;
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onFirstRead = onFirstRead;
    request.on('readable', () => this.#wake());
    request.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    request.on('error', () => this.fail('gone'));
    request.on('close', () => this.fail('gone'));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Nothing of it is left. */
  get ended(): boolean {
    return this.#ended;
  }

  /** True once a consumer has asked for the body. */
  get wanted(): boolean {
    return this.#onFirstRead === undefined;
  }

  /** Ends the body with a fault, unless all of it is here. */
  fail(fault: HttpBodyFault): void {
    const { complete, destroyed } = this.#request;
    if (this.#ended || (complete && !destroyed)) return;
    this.#failure ??= new HttpBodyError(fault);
    this.#wake();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#returned) return { done: true, value: undefined };
    const onFirstRead = this.#onFirstRead;
    this.#onFirstRead = undefined;
    onFirstRead?.();
    const chunk = await this.#pull(() =>
      this.#clock.startTimer(this.#idleTimeoutMs, () => this.fail('stalled')),
    );
    return chunk === undefined ? { done: true, value: undefined } : { done: false, value: chunk };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#returned = true;
    return { done: true, value: undefined };
  }

  /**
   * Reads and drops at most `maxBytes` for at most `timeoutMs`; true when the body is at its end.
   */
  async drain(maxBytes: number, timeoutMs: number): Promise<boolean> {
    let expired = false;
    let droppedBytes = 0;
    const timer = this.#clock.startTimer(timeoutMs, () => {
      expired = true;
      this.#wake();
    });
    try {
      while (droppedBytes < maxBytes) {
        const chunk = await this.#pull(startNoTimer, () => expired);
        if (chunk === undefined) break;
        droppedBytes += chunk.length;
      }
      return this.#ended;
    } catch (error) {
      if (error instanceof HttpBodyError) return false;
      throw error;
    } finally {
      timer.cancel();
    }
  }

  /**
   * The next chunk; undefined at the end, or when `givenUp`. The timer runs only while it waits.
   */
  async #pull(startTimer: () => Timer, givenUp = () => false): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return undefined;
      if (givenUp()) return undefined;
      const chunk: unknown = this.#request.read();
      // Node tells the end a turn later; it is known now, and a small body needs no such turn.
      this.#ended = this.#request.complete && this.#request.readableLength === 0;
      if (chunk instanceof Uint8Array) return chunk;
      if (this.#ended) return undefined;
      const woken = Promise.withResolvers<void>();
      this.#waiting.add(woken.resolve);
      const timer = startTimer();
      await woken.promise;
      timer.cancel();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function startNoTimer(): Timer {
  return { cancel: () => {} };
}
