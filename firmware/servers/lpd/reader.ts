// What an LPD client sends, cut into lines, counted octets and the rest, with back-pressure and a
// bound on each wait.
import type { Clock, TcpConnection } from '../../../hal/contract.ts';
import { startDeadline } from '../../../hal/time.ts';
import { LpdLineReader } from '../../../monitors/wire/lpd/lines.ts';

export interface LpdReader {
  /** The next line without its line feed; undefined at the client's FIN. Throws LpdDecodeError. */
  line(): Promise<Uint8Array | undefined>;
  /** Exactly so many octets; undefined where the client's FIN comes first. */
  octets(count: number): Promise<Uint8Array | undefined>;
  /**
   * Chunks of exactly so many octets, or, without a count, up to the client's FIN. Throws
   * BrokenDocumentError where the FIN comes too early.
   */
  document(count: number | undefined): AsyncIterableIterator<Uint8Array>;
}

export class BrokenDocumentError extends Error {
  override readonly name = 'BrokenDocumentError';

  constructor() {
    super('the client went away in the middle of the document');
  }
}

/** Each wait for the client ends after `idleTimeoutMs` with a HalError. */
export function createLpdReader(
  connection: TcpConnection,
  clock: Clock,
  idleTimeoutMs: number,
): LpdReader {
  return new Reader(connection, clock, idleTimeoutMs);
}

class Reader implements LpdReader {
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  #held: Uint8Array = new Uint8Array();

  constructor(connection: TcpConnection, clock: Clock, idleTimeoutMs: number) {
    this.#connection = connection;
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
  }

  async line(): Promise<Uint8Array | undefined> {
    const lines = new LpdLineReader();
    for (;;) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      const progress = lines.push(chunk);
      if (!progress.done) continue;
      this.#held = progress.rest;
      return progress.line;
    }
  }

  async octets(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      const chunk = await this.#take(left);
      if (chunk === undefined) return undefined;
      parts.push(chunk);
      left -= chunk.length;
    }
    return Buffer.concat(parts, count);
  }

  async *document(count: number | undefined): AsyncGenerator<Uint8Array> {
    let left = count ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const chunk = await this.#take(left);
      if (chunk === undefined && count !== undefined) throw new BrokenDocumentError();
      if (chunk === undefined) return;
      left -= chunk.length;
      yield chunk;
    }
  }

  async #take(most: number): Promise<Uint8Array | undefined> {
    const chunk = await this.#next();
    if (chunk === undefined || chunk.length <= most) return chunk;
    this.#held = chunk.subarray(most);
    return chunk.subarray(0, most);
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#held.length > 0) {
      const held = this.#held;
      this.#held = new Uint8Array();
      return held;
    }
    using deadline = startDeadline(this.#clock, this.#idleTimeoutMs);
    return await this.#connection.read(deadline.signal);
  }
}
