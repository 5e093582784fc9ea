// One document on one TCP connection: bytes to the printer, its words back, and what became of the
// document.
import type { Clock, TcpConnection } from '../../hal/contract.ts';
import { type HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { DeviceReason, PortOutcome, WriteOutcome } from '../contract.ts';
import type { ByteRing } from './byte-ring.ts';
import { silent, unexplained } from './reasons.ts';

export interface TcpSessionOptions {
  readonly connection: TcpConnection;
  readonly clock: Clock;
  /**
   * Where the printer's words go; undefined: they are read, so that nothing stalls, and forgotten.
   */
  readonly backChannel: ByteRing | undefined;
}

export interface TcpSession {
  /** Hands `bytes` to the kernel, which may go on taking them after the answer `waiting`. */
  write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** FIN, then the printer's FIN. */
  end(
    times: { readonly writeTimeoutMs: number; readonly finWaitMs: number },
    signal: AbortSignal,
  ): Promise<PortOutcome>;
  /** Resets the connection. */
  discard(message: string): PortOutcome;
  /** Resolves once the printer has said something, or can say nothing any more; aborts reject. */
  heard(signal: AbortSignal): Promise<void>;
}

export function createTcpSession(options: TcpSessionOptions): TcpSession {
  return new Session(options);
}

class Session implements TcpSession {
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  readonly #backChannel: ByteRing | undefined;
  /** Resolves at the printer's FIN, or when the connection is broken. */
  readonly #listening: Promise<void>;
  #peerEnded = false;
  #broken: HalError | undefined;
  #writing = false;
  /** The printer's FIN came while bytes were still to be handed over. */
  #endedEarly = false;
  #handedBytes = 0;
  #word = Promise.withResolvers<void>();

  constructor({ connection, clock, backChannel }: TcpSessionOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#backChannel = backChannel;
    this.#listening = this.#listen();
  }

  async write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome> {
    using deadline = startDeadline(this.#clock, timeoutMs, signal);
    const before = this.#connection.takenBytes;
    let countedBytes = 0;
    try {
      await this.#connection.settled(deadline.signal);
      this.#writing = false;
      if (bytes.length === 0) return { kind: 'written', writtenBytes: 0 };
      if (this.#peerEnded) this.#endedEarly = true;
      if (this.#peerEnded || this.#broken !== undefined) return this.#writeFailed(0);
      countedBytes = bytes.length;
      this.#handedBytes += bytes.length;
      this.#writing = true;
      await this.#connection.write(bytes, deadline.signal);
      this.#writing = false;
      return { kind: 'written', writtenBytes: bytes.length };
    } catch (error) {
      // Given up is only the wait: the bytes stay under way, and the next call waits for them
      // first.
      if (isHalError(error, 'aborted') && deadline.signal.aborted) {
        return {
          kind: 'waiting',
          writtenBytes: countedBytes,
          reasons: [silent('warning')],
          message: `the printer takes no data (${this.#remoteText()})`,
        };
      }
      this.#broken ??= toHalError(error, this.#remoteText());
      return this.#writeFailed(countedBytes === 0 ? 0 : this.#connection.takenBytes - before);
    }
  }

  async end(
    times: { readonly writeTimeoutMs: number; readonly finWaitMs: number },
    signal: AbortSignal,
  ): Promise<PortOutcome> {
    if (this.#broken !== undefined || this.#endedEarly) return this.discard(this.#brokenText());
    try {
      using writeDeadline = startDeadline(this.#clock, times.writeTimeoutMs, signal);
      await this.#connection.settled(writeDeadline.signal);
      this.#writing = false;
      await abortable(this.#connection.endWrite(), writeDeadline.signal);
    } catch (error) {
      this.#broken ??= toHalError(error, this.#remoteText());
      const gaveUp = isHalError(error, 'aborted');
      return this.discard(gaveUp ? 'the printer did not take the last bytes' : this.#brokenText());
    }
    if (this.#endedEarly) return this.discard(this.#brokenText());
    return this.#waitForFin(times.finWaitMs, signal);
  }

  discard(message: string): PortOutcome {
    this.#connection.reset();
    return this.#outcome('failed', [], message);
  }

  async heard(signal: AbortSignal): Promise<void> {
    if (this.#peerEnded || this.#broken !== undefined) return;
    await abortable(this.#word.promise, signal);
  }

  /**
   * All bytes are with the kernel, which goes on sending them; that no FIN comes, or a reset
   * instead of it, does not say that some were lost: printers that keep the connection, or end it
   * so, are common. So the outcome is `sent` and the reason says what was missing. Closing (no
   * reset) lets the kernel finish.
   */
  async #waitForFin(finWaitMs: number, signal: AbortSignal): Promise<PortOutcome> {
    try {
      using deadline = startDeadline(this.#clock, finWaitMs, signal);
      await abortable(this.#listening, deadline.signal);
    } catch {
      // Only the wait can end so: listening itself never rejects.
      await this.#connection.close();
      const message = 'the printer did not close the connection after the last byte';
      return this.#outcome('sent', [silent('report')], message);
    }
    // Cut off from our side: what the kernel still had is gone.
    if (this.#broken !== undefined && this.#broken.code !== 'connection-reset') {
      return this.discard(this.#broken.message);
    }
    await this.#connection.close();
    if (this.#broken === undefined) return this.#outcome('sent', []);
    const message = 'the printer reset the connection after the last byte';
    return this.#outcome('sent', [unexplained('warning')], message);
  }

  /** Reads for as long as the printer may speak; the writer never waits for it. */
  async #listen(): Promise<void> {
    try {
      for (;;) {
        const part = await this.#connection.read();
        if (part === undefined) break;
        this.#backChannel?.push(part);
        this.#wakeReader();
      }
      this.#peerEnded = true;
      if (this.#writing) this.#endedEarly = true;
    } catch (error) {
      this.#broken ??= toHalError(error, this.#remoteText());
    }
    this.#wakeReader();
  }

  #wakeReader(): void {
    this.#word.resolve();
    this.#word = Promise.withResolvers<void>();
  }

  #writeFailed(writtenBytes: number): WriteOutcome {
    return { kind: 'failed', writtenBytes, reasons: [], message: this.#brokenText() };
  }

  #outcome(
    outcome: PortOutcome['outcome'],
    reasons: readonly DeviceReason[],
    message?: string,
  ): PortOutcome {
    const deliveredBytes = this.#handedBytes;
    return { deliveredBytes, outcome, reasons, ...(message === undefined ? {} : { message }) };
  }

  #brokenText(): string {
    if (this.#endedEarly || this.#broken === undefined) {
      return `${this.#remoteText()} closed the connection before the end of the document`;
    }
    return this.#broken.message;
  }

  #remoteText(): string {
    const { address, port } = this.#connection.remote;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }
}
