// One document on one TCP connection: bytes to the printer, its words back, and what became of the
// document.
import type { Clock, TcpConnection } from '../../hal/contract.ts';
import { type HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { DeviceReason, PortOutcome, WriteOutcome } from '../contract.ts';
import { createHeldByte } from '../ports/held-byte.ts';
import type { ByteRing } from './byte-ring.ts';
import { tcpMonitorLimits as limits } from './limits.ts';
import { silent, unexplained } from './reasons.ts';

export interface TcpSessionOptions {
  readonly connection: TcpConnection;
  readonly clock: Clock;
  /**
   * Where the printer's words go; undefined: they are read, so that nothing stalls, and forgotten.
   */
  readonly backChannel: ByteRing | undefined;
  /** Of the document, where it is known. */
  readonly sizeBytes: number | undefined;
}

export interface TcpSession {
  /**
   * Hands `bytes` to the kernel, which may go on taking them after the answer `waiting`. With the
   * last byte of a document of known size it also waits until the printer has acknowledged all:
   * what the kernel still holds for a printer that takes nothing is not sent. Until then it is
   * `waiting`, and one byte is left owed.
   */
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
  readonly #sizeBytes: number | undefined;
  readonly #held = createHeldByte();
  /** Resolves at the printer's FIN, or when the connection is broken. */
  readonly #listening: Promise<void>;
  #peerEnded = false;
  #broken: HalError | undefined;
  #writing = false;
  /** The printer's FIN came while bytes were still to be handed over. */
  #endedEarly = false;
  #handedBytes = 0;
  /** What the printer had not acknowledged at the last look, and since when. */
  #unacknowledged = { bytes: 0, sinceMs: 0 };
  #word = Promise.withResolvers<void>();

  constructor({ connection, clock, backChannel, sizeBytes }: TcpSessionOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#backChannel = backChannel;
    this.#sizeBytes = sizeBytes;
    this.#listening = this.#listen();
  }

  async write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome> {
    using deadline = startDeadline(this.#clock, timeoutMs, signal);
    const before = this.#connection.takenBytes;
    const fresh = this.#held.fresh(bytes);
    let handedOver = false;
    try {
      await this.#connection.settled(deadline.signal);
      this.#writing = false;
      if (bytes.length === 0) return { kind: 'written', writtenBytes: 0 };
      if (fresh.length > 0 && this.#peerEnded) this.#endedEarly = true;
      if (this.#endedEarly || this.#broken !== undefined) return this.#writeFailed(0);
      handedOver = true;
      this.#handedBytes += fresh.length;
      this.#writing = true;
      if (fresh.length > 0) await this.#connection.write(fresh, deadline.signal);
      this.#writing = false;
      if (this.#isWhole) await this.#acknowledged(deadline.signal);
      return { kind: 'written', writtenBytes: this.#held.written(bytes) };
    } catch (error) {
      // Given up is only the wait: the bytes stay under way, and the next call waits for them
      // first.
      if (isHalError(error, 'aborted') && deadline.signal.aborted) {
        return {
          kind: 'waiting',
          writtenBytes: this.#held.waiting(bytes, { handedOver, whole: this.#isWhole }),
          reasons: [silent('warning')],
          message: `the printer takes no data (${this.#remoteText()})`,
        };
      }
      this.#broken ??= toHalError(error, this.#remoteText());
      return this.#writeFailed(handedOver ? this.#connection.takenBytes - before : 0);
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
   * The printer has acknowledged all bytes of a document of known size. That no FIN comes, or a
   * reset instead of it, does not say that some were lost: printers that keep the connection, or
   * end it so, are common. So the outcome is `sent` and the reason says what was missing; of a
   * document of unknown size also that bytes are still with the kernel, which goes on sending them
   * (closing is no reset).
   */
  async #waitForFin(finWaitMs: number, signal: AbortSignal): Promise<PortOutcome> {
    try {
      using deadline = startDeadline(this.#clock, finWaitMs, signal);
      await this.#watchUntil(() => false, deadline.signal);
    } catch {
      // Only the wait can end so: listening itself never rejects.
      const { bytes } = this.#unacknowledged;
      await this.#connection.close();
      if (bytes > 0) {
        const message = `the printer has not acknowledged the last ${bytes} bytes`;
        return this.#outcome('sent', [silent('warning')], message);
      }
      const message = 'the printer did not close the connection after the last byte';
      return this.#outcome('sent', [silent('report')], message);
    }
    // Cut off from our side: what the kernel still had is gone.
    if (this.#broken !== undefined && this.#broken.code !== 'connection-reset') {
      return this.discard(this.#broken.message);
    }
    if (this.#broken !== undefined && this.#isLost()) {
      return this.discard('the printer broke off, and did not take the last bytes');
    }
    await this.#connection.close();
    if (this.#broken === undefined) return this.#outcome('sent', []);
    const message = 'the printer reset the connection after the last byte';
    return this.#outcome('sent', [unexplained('warning')], message);
  }

  get #isWhole(): boolean {
    return this.#handedBytes === this.#sizeBytes;
  }

  async #acknowledged(signal: AbortSignal): Promise<void> {
    await this.#watchUntil(() => this.#unacknowledged.bytes === 0, signal);
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Looks at what is unacknowledged, until the printer has ended or broken the connection. */
  async #watchUntil(isEnough: () => boolean, signal: AbortSignal): Promise<void> {
    for (let pauseMs: number = limits.lookFirstMs; ; ) {
      if (this.#peerEnded || this.#broken !== undefined) return;
      this.#look();
      if (isEnough()) return;
      using pause = startDeadline(this.#clock, pauseMs, signal);
      await abortable(this.#listening, pause.signal).catch((error: unknown) => {
        if (!pause.expired) throw error;
      });
      pauseMs = Math.min(pauseMs * 2, limits.lookLastMs);
    }
  }

  #look(): void {
    const bytes = this.#connection.unacknowledgedBytes();
    if (bytes === undefined || bytes === this.#unacknowledged.bytes) return;
    this.#unacknowledged = { bytes, sinceMs: this.#clock.monotonicMs() };
  }

  /**
   * Bytes that nobody had acknowledged for long before a reset: the printer never had them. Of
   * others nobody knows, for a kernel keeps an acknowledgement back for a moment.
   */
  #isLost(): boolean {
    const { bytes, sinceMs } = this.#unacknowledged;
    return bytes > 0 && this.#clock.monotonicMs() - sinceMs >= limits.acknowledgeMs;
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
