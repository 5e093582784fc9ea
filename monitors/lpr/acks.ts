// Listens to an LPD server: acknowledgements one by one, and the words behind a refusal.
import type { TcpConnection } from '../../hal/contract.ts';
import { HalError, toHalError } from '../../hal/errors.ts';
import { abortable } from '../../hal/time.ts';
import { lpdAcknowledged } from '../wire/lpd/commands.ts';
import { lpdText, readLpdText } from '../wire/lpd/text.ts';
import { lprLimits } from './limits.ts';

export interface AckListener {
  /**
   * The next octet. Rejects with HalError: `connection-reset` where the server ended before it,
   * `aborted` with the signal.
   */
  next(signal?: AbortSignal): Promise<number>;
  /** A refusal, or the end, that came unasked; acknowledgements nobody waits for are dropped. */
  unasked(): 'refusal' | 'end' | undefined;
  /** What the server said and nobody took, for people; waits for its end as long as `signal`. */
  words(signal: AbortSignal): Promise<string>;
  /** Resolves at the server's FIN, or when the connection is broken. */
  readonly over: Promise<void>;
}

export function listenForAcks(connection: TcpConnection): AckListener {
  return new Listener(connection);
}

class Listener implements AckListener {
  readonly over: Promise<void>;
  readonly #connection: TcpConnection;
  #unread: number[] = [];
  #end: HalError | undefined;
  #news = Promise.withResolvers<void>();

  constructor(connection: TcpConnection) {
    this.#connection = connection;
    this.over = this.#listen();
  }

  async next(signal?: AbortSignal): Promise<number> {
    for (;;) {
      const octet = this.#unread.shift();
      if (octet !== undefined) return octet;
      if (this.#end !== undefined) throw this.#end;
      await abortable(this.#news.promise, signal);
    }
  }

  unasked(): 'refusal' | 'end' | undefined {
    while (this.#unread[0] === lpdAcknowledged) this.#unread.shift();
    if (this.#unread.length > 0) return 'refusal';
    return this.#end === undefined ? undefined : 'end';
  }

  async words(signal: AbortSignal): Promise<string> {
    try {
      await abortable(this.over, signal);
    } catch {
      // It goes on talking, or keeps silent: what came so far will do.
    }
    const octets = Uint8Array.from(this.#unread.splice(0));
    return lpdText(readLpdText(octets), lprLimits.refusalTextOctets);
  }

  async #listen(): Promise<void> {
    try {
      for (let heardOctets = 0; ; ) {
        const part = await this.#connection.read();
        if (part === undefined) break;
        heardOctets += part.length;
        if (heardOctets > lprLimits.heardOctets) {
          throw new HalError('too-large', `what ${this.#remote()} says`);
        }
        const room = lprLimits.unreadOctets - this.#unread.length;
        this.#unread.push(...part.subarray(0, Math.max(0, room)));
        this.#wake();
      }
      this.#end = new HalError('connection-reset', this.#remote(), {
        detail: 'it closed before it acknowledged',
      });
    } catch (error) {
      this.#end = toHalError(error, this.#remote());
    }
    this.#wake();
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  #remote(): string {
    const { address, port } = this.#connection.remote;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
}
