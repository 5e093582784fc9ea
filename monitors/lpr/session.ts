// One document on one LPD connection: control file, announced data, and the answers (RFC 1179 6).
import type { Clock, TcpConnection } from '../../hal/contract.ts';
import { HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { DeviceReason, PortOutcome, WriteOutcome } from '../contract.ts';
import { createHeldByte } from '../ports/held-byte.ts';
import { warningOf } from '../ports/reasons.ts';
import { encodeLpdCommand, encodeLpdSubcommand, lpdAcknowledged } from '../wire/lpd/commands.ts';
import { type AckListener, listenForAcks } from './acks.ts';
import { lprLimits } from './limits.ts';

export interface LprDocument {
  readonly queue: string;
  readonly controlName: string;
  readonly controlFile: Uint8Array;
  readonly dataName: string;
  /** Undefined: a large count is announced, and the end of the connection is the end. */
  readonly sizeBytes: number | undefined;
  readonly order: 'control-first' | 'data-first';
  /** Whether a server that never acknowledges the data has failed. */
  readonly requireAck: boolean;
}

/** The server's no to a step; `message` has its words where it gave some. */
export class LprRefusal extends Error {
  override readonly name = 'LprRefusal';
}

export interface LprSession {
  /**
   * Everything before the data. Rejects with LprRefusal or HalError; no octet of the document has
   * left then.
   */
  begin(signal: AbortSignal): Promise<void>;
  /**
   * Hands data over. With the last announced octet it also waits for the acknowledgement, which a
   * printer out of paper may keep for hours: `waiting` until then, and one byte is left owed.
   */
  write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  end(timeoutMs: number, signal: AbortSignal): Promise<PortOutcome>;
  /** Breaks the connection: a server forgets what did not come whole. */
  discard(message: string): PortOutcome;
}

export function createLprSession(
  connection: TcpConnection,
  clock: Clock,
  document: LprDocument,
): LprSession {
  return new Session(connection, clock, document);
}

class Session implements LprSession {
  readonly #connection: TcpConnection;
  readonly #clock: Clock;
  readonly #document: LprDocument;
  readonly #acks: AckListener;
  readonly #held = createHeldByte();
  #handedBytes = 0;
  /** What follows the last octet of data; it outlives the calls that wait for it. */
  #finishing: Promise<void> | undefined;
  #failure: HalError | LprRefusal | undefined;

  constructor(connection: TcpConnection, clock: Clock, document: LprDocument) {
    this.#connection = connection;
    this.#clock = clock;
    this.#document = document;
    this.#acks = listenForAcks(connection);
  }

  async begin(signal: AbortSignal): Promise<void> {
    const { queue, order, sizeBytes, dataName } = this.#document;
    const receive = encodeLpdCommand({ kind: 'receive-job', queue });
    await this.#step(receive, `the queue "${queue}"`, signal);
    if (order === 'control-first') await this.#sendControlFile(signal);
    const announced = sizeBytes ?? lprLimits.largeCountBytes;
    const data = { kind: 'data-file', sizeBytes: announced, name: dataName } as const;
    const what = `a document of ${announced} bytes`;
    await this.#step(encodeLpdSubcommand(data), what, signal);
  }

  async write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome> {
    using deadline = startDeadline(this.#clock, timeoutMs, signal);
    const before = this.#connection.takenBytes;
    const fresh = this.#held.fresh(bytes);
    let handedOver = false;
    try {
      await this.#connection.settled(deadline.signal);
      this.#mustBeWell(fresh.length);
      handedOver = true;
      if (fresh.length > 0) {
        this.#handedBytes += fresh.length;
        await this.#connection.write(fresh, deadline.signal);
      }
      if (this.#isWhole) await abortable(this.#finish(), deadline.signal);
      return { kind: 'written', writtenBytes: this.#held.written(bytes) };
    } catch (error) {
      // Given up is only the wait: bytes and answer stay under way, and the next call waits first.
      if (isHalError(error, 'aborted') && deadline.signal.aborted) {
        return this.#waiting(this.#held.waiting(bytes, { handedOver, whole: this.#isWhole }));
      }
      this.#fail(error);
      const taken = handedOver ? this.#connection.takenBytes - before : 0;
      const writtenBytes = Math.min(fresh.length, taken);
      return { kind: 'failed', writtenBytes, reasons: [], message: this.#failureText() };
    }
  }

  async end(timeoutMs: number, signal: AbortSignal): Promise<PortOutcome> {
    if (this.#failure === undefined && this.#isShort) {
      const { sizeBytes } = this.#document;
      const message = `the document ended after ${this.#handedBytes} of ${sizeBytes} bytes`;
      return this.discard(message);
    }
    try {
      using deadline = startDeadline(this.#clock, timeoutMs, signal);
      if (this.#failure === undefined) {
        await this.#connection.settled(deadline.signal);
        await abortable(this.#finish(), deadline.signal);
      }
    } catch (error) {
      if (isHalError(error, 'aborted')) return this.#unanswered('in time');
      this.#fail(error);
    }
    if (this.#failure instanceof LprRefusal) return this.discard(this.#failure.message);
    if (this.#failure !== undefined) {
      const gone = isHalError(this.#failure, 'connection-reset') && this.#finishing !== undefined;
      return gone ? this.#unanswered('before it closed') : this.discard(this.#failureText());
    }
    await this.#connection.close();
    return this.#outcome('sent', []);
  }

  discard(message: string): PortOutcome {
    this.#connection.reset();
    return this.#outcome('failed', [], message);
  }

  get #isWhole(): boolean {
    return this.#handedBytes === this.#document.sizeBytes;
  }

  get #isShort(): boolean {
    const { sizeBytes } = this.#document;
    return sizeBytes !== undefined && this.#handedBytes < sizeBytes;
  }

  #mustBeWell(moreBytes: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { sizeBytes } = this.#document;
    if (sizeBytes !== undefined && this.#handedBytes + moreBytes > sizeBytes) {
      throw new HalError('too-large', 'the document', { detail: `announced: ${sizeBytes} bytes` });
    }
    if (this.#finishing !== undefined) return;
    const unasked = this.#acks.unasked();
    if (unasked === 'refusal') throw new LprRefusal('the printer gave the document up midway');
    if (unasked === 'end') {
      const detail = 'it closed before the end of the document';
      throw new HalError('connection-reset', this.#connection.remote.address, { detail });
    }
  }

  /** Ends the data and collects the last answers; started once, by whoever needs it first. */
  #finish(): Promise<void> {
    if (this.#finishing === undefined) {
      this.#finishing =
        this.#document.sizeBytes === undefined ? this.#endStream() : this.#endData();
      // Each waiting call sees its failure; between calls nobody listens.
      this.#finishing.catch(() => {});
    }
    return this.#finishing;
  }

  async #endData(): Promise<void> {
    await this.#step(Uint8Array.of(0), 'the document after its last byte');
    if (this.#document.order === 'data-first') await this.#sendControlFile();
  }

  async #endStream(): Promise<void> {
    await this.#connection.endWrite();
    await this.#acks.over;
    if (this.#acks.unasked() === 'refusal')
      throw new LprRefusal('the printer refused the document');
  }

  async #sendControlFile(signal?: AbortSignal): Promise<void> {
    const { controlFile, controlName: name } = this.#document;
    const command = { kind: 'control-file', sizeBytes: controlFile.length, name } as const;
    await this.#step(encodeLpdSubcommand(command), 'the control file', signal);
    const withEnd = Buffer.concat([controlFile, Uint8Array.of(0)]);
    await this.#step(withEnd, 'the control file after its end', signal);
  }

  async #step(bytes: Uint8Array, what: string, signal?: AbortSignal): Promise<void> {
    await this.#connection.write(bytes, signal);
    const answer = await this.#acks.next(signal);
    if (answer === lpdAcknowledged) return;
    using patience = startDeadline(this.#clock, lprLimits.refusalTextMs, signal);
    const words = await this.#acks.words(patience.signal);
    const said = words === '' ? `code ${answer}` : `code ${answer}: ${words}`;
    throw new LprRefusal(`the printer refused ${what} (${said})`);
  }

  #unanswered(when: string): PortOutcome {
    const message = `the printer did not acknowledge the document ${when}`;
    const { requireAck, sizeBytes } = this.#document;
    // Behind a document without a known end comes no acknowledgement, only the server's own end.
    const isMissing = requireAck && sizeBytes !== undefined;
    if (isMissing || this.#finishing === undefined) return this.discard(message);
    // Closed in order and not waited for: what the kernel still holds is sent.
    void this.#connection.close();
    return this.#outcome('sent', [warningOf('timed-out')], message);
  }

  #waiting(writtenBytes: number): WriteOutcome {
    const message =
      this.#finishing === undefined
        ? 'the printer takes no data'
        : 'the printer has all data and does not acknowledge it yet';
    return { kind: 'waiting', writtenBytes, reasons: [warningOf('timed-out')], message };
  }

  #fail(error: unknown): void {
    if (error instanceof LprRefusal) this.#failure ??= error;
    else this.#failure ??= toHalError(error, this.#connection.remote.address);
  }

  #failureText(): string {
    return this.#failure?.message ?? 'the connection failed';
  }

  #outcome(
    outcome: PortOutcome['outcome'],
    reasons: readonly DeviceReason[],
    message?: string,
  ): PortOutcome {
    const deliveredBytes = this.#handedBytes;
    return { deliveredBytes, outcome, reasons, ...(message === undefined ? {} : { message }) };
  }
}
