// One connection to an emulated raw printer: reads as it was told, records what came.
import { createHash } from 'node:crypto';
import type { Clock, SocketAddress, TcpConnection } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { sleep } from '../../../hal/time.ts';
import { type Behaviour, nextEvent } from './behaviour.ts';
import type { SessionSink } from './sink.ts';

export interface SessionRecord {
  readonly number: number;
  readonly from: SocketAddress;
  /** Clock.monotonicMs; undefined before the first byte. */
  readonly firstByteAtMs: number | undefined;
  readonly bytes: number;
  readonly sha256: string;
  /**
   * `open`: it goes on. `fin`: the sender ended it and everything was kept. `broken`: the sender
   * broke it. `reset`, `disconnected`: we did.
   */
  readonly end: 'open' | 'fin' | 'broken' | 'reset' | 'disconnected';
}

export interface SessionOptions {
  readonly number: number;
  readonly connection: TcpConnection;
  readonly clock: Clock;
  readonly sink: SessionSink;
  /** As it is now; `changed` resolves when it is replaced. */
  readonly behaviour: () => { readonly now: Behaviour; readonly changed: Promise<void> };
  readonly paper: Paper;
  readonly onChange: () => void;
}

/** Shared by the sessions of a printer. */
export interface Paper {
  /** For so many bytes; undefined: without end. */
  leftBytes(): number | undefined;
  use(sizeBytes: number): void;
}

export interface Session {
  readonly record: SessionRecord;
  /** Resolves when the session is over; never rejects. */
  readonly done: Promise<void>;
  say(text: string): Promise<void>;
  cut(): void;
}

const slowSlicesPerSecond = 20;
/** What a slow machine made late is caught up, so that the pace holds on the average. */
const longestLateMs = 200;

export function startSession(options: SessionOptions): Session {
  return new EmulatedSession(options);
}

class EmulatedSession implements Session {
  readonly done: Promise<void>;
  readonly #options: SessionOptions;
  readonly #hash = createHash('sha256');
  #firstByteAtMs: number | undefined;
  #bytes = 0;
  /** When a paced printer has dealt with what it has read. */
  #busyUntilMs: number | undefined;
  #end: SessionRecord['end'] = 'open';
  #speaking: Promise<void> = Promise.resolve();
  /** Nothing is waited for any more. */
  #isOver = false;
  #over = Promise.withResolvers<void>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.done = this.#run();
  }

  get record(): SessionRecord {
    return {
      number: this.#options.number,
      from: this.#options.connection.remote,
      firstByteAtMs: this.#firstByteAtMs,
      bytes: this.#bytes,
      sha256: this.#hash.copy().digest('hex'),
      end: this.#end,
    };
  }

  say(text: string): Promise<void> {
    const { connection } = this.#options;
    this.#speaking = this.#speaking.then(() => connection.write(Buffer.from(text)));
    // A sender that does not listen, or is gone, is no fault of the printer's.
    this.#speaking = this.#speaking.catch(() => {});
    return this.#speaking;
  }

  cut(): void {
    this.#finish('reset');
    this.#options.connection.reset();
  }

  async #run(): Promise<void> {
    const { connection, sink, behaviour } = this.#options;
    const { answer, answerCount = 1 } = behaviour().now;
    if (answer !== undefined) {
      for (let count = 0; count < answerCount; count++) void this.say(answer);
    }
    try {
      await this.#readAll();
    } catch (error) {
      if (!isHalError(error)) throw error;
      this.#finish('broken');
    }
    if (this.#end === 'open') await this.#answerFin();
    if (this.#end !== 'fin') await sink.abandon();
    await connection.close();
    this.#options.onChange();
  }

  /** Ends at the sender's FIN, or when the behaviour ended the session. */
  async #readAll(): Promise<void> {
    const { connection } = this.#options;
    while (this.#end === 'open') {
      if (await this.#actAtEvent()) continue;
      const part = await connection.read();
      if (part === undefined) return;
      await this.#takePart(part);
    }
  }

  /** Does what is due at this byte; true where the loop has to look again. */
  async #actAtEvent(): Promise<boolean> {
    const { connection, behaviour } = this.#options;
    const { now, changed } = behaviour();
    const event = this.#nextEvent(now);
    if (event === undefined || this.#bytes < event.at) return false;
    if (event.act === 'stall') {
      await Promise.race([changed, this.#over.promise]);
    } else if (event.act === 'reset') {
      this.#finish('reset');
      connection.reset();
    } else {
      this.#finish('disconnected');
      await connection.close();
    }
    return true;
  }

  /** Keeps a part up to the next event's byte; what is beyond counts as never read. */
  async #takePart(part: Uint8Array): Promise<void> {
    const { behaviour } = this.#options;
    let left = part;
    while (left.length > 0 && this.#end === 'open') {
      const { now } = behaviour();
      const event = this.#nextEvent(now);
      const rate = now.bytesPerSecond;
      const untilEvent = event === undefined ? left.length : Math.max(0, event.at - this.#bytes);
      const slow = rate === undefined ? left.length : Math.ceil(rate / slowSlicesPerSecond);
      const slice = left.subarray(0, Math.min(left.length, untilEvent, slow));
      left = left.subarray(slice.length);
      this.#options.paper.use(slice.length);
      await this.#keep(slice);
      if (rate !== undefined) await this.#keepPace((slice.length / rate) * 1000);
      if (left.length > 0) await this.#actAtEvent();
    }
  }

  #nextEvent(now: Behaviour) {
    const leftBytes = this.#options.paper.leftBytes();
    return nextEvent(now, leftBytes === undefined ? undefined : this.#bytes + leftBytes);
  }

  async #keepPace(workMs: number): Promise<void> {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const startMs = Math.max(this.#busyUntilMs ?? nowMs, nowMs - longestLateMs);
    this.#busyUntilMs = startMs + workMs;
    if (this.#busyUntilMs > nowMs) await sleep(clock, this.#busyUntilMs - nowMs);
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#firstByteAtMs ??= this.#options.clock.monotonicMs();
    await this.#options.sink.write(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#options.onChange();
  }

  async #answerFin(): Promise<void> {
    const { connection, sink, behaviour } = this.#options;
    await sink.finish();
    this.#finish('fin');
    while (behaviour().now.neverClose === true && !this.#isOver) {
      await Promise.race([behaviour().changed, this.#over.promise]);
    }
    if (behaviour().now.resetAtEnd === true) connection.reset();
  }

  #finish(end: SessionRecord['end']): void {
    if (this.#end === 'open') this.#end = end;
    if (end === 'reset' || end === 'broken') {
      this.#isOver = true;
      this.#over.resolve();
    }
    this.#options.onChange();
  }
}
