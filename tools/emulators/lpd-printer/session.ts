// One connection to an emulated LPD printer: takes a job as it was told to, and records it.
import { createHash } from 'node:crypto';
import type { Clock, SocketAddress, TcpConnection } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { sleep } from '../../../hal/time.ts';
import type { AnswerMoment, Behaviour } from './behaviour.ts';
import { type ByteReader, createByteReader } from './byte-reader.ts';

/** One data file as it came. */
export interface DataRecord {
  readonly name: string;
  readonly announcedBytes: number;
  readonly bytes: number;
  readonly sha256: string;
  /** All announced bytes and the zero octet, or the end of an unbounded one. */
  readonly whole: boolean;
}

export interface LpdSessionRecord {
  readonly number: number;
  readonly from: SocketAddress;
  /** `?` before the first line. */
  readonly command: string;
  readonly queue: string;
  readonly control: { readonly name: string; readonly text: string } | undefined;
  readonly data: DataRecord | undefined;
  /** Which of the two files came first. */
  readonly firstFile: 'control' | 'data' | undefined;
  /**
   * `printed`: both files came whole and the sender knows. `refused`: the printer said no. `gone`:
   * the connection ended before.
   */
  readonly end: 'open' | 'printed' | 'refused' | 'gone' | 'answered';
}

export interface LpdSessionOptions {
  readonly number: number;
  readonly connection: TcpConnection;
  readonly clock: Clock;
  /** As it is now; `changed` resolves when it is replaced. */
  readonly behaviour: () => { readonly now: Behaviour; readonly changed: Promise<void> };
  readonly onChange: () => void;
  /** Keeps the data itself, and not only its sum. */
  readonly keepData: boolean;
}

export interface LpdSession {
  readonly record: LpdSessionRecord;
  /** The data file, where it is kept. */
  readonly data: Buffer;
  /** Resolves when the session is over; never rejects. */
  readonly done: Promise<void>;
  cut(): void;
}

export function startLpdSession(options: LpdSessionOptions): LpdSession {
  return new EmulatedSession(options);
}

/** The sender was answered with a no, or with the end of the connection. */
class GivenUp extends Error {}

const slowSlicesPerSecond = 20;
const longestControlFileBytes = 64 * 1024;

class EmulatedSession implements LpdSession {
  readonly done: Promise<void>;
  readonly #options: LpdSessionOptions;
  readonly #reader: ByteReader;
  readonly #over = Promise.withResolvers<void>();
  readonly #kept: Uint8Array[] = [];
  #record: LpdSessionRecord;

  constructor(options: LpdSessionOptions) {
    this.#options = options;
    this.#reader = createByteReader(options.connection);
    this.#record = {
      number: options.number,
      from: options.connection.remote,
      command: '?',
      queue: '',
      control: undefined,
      data: undefined,
      firstFile: undefined,
      end: 'open',
    };
    this.done = this.#run();
  }

  get record() {
    return this.#record;
  }

  get data() {
    return Buffer.concat(this.#kept);
  }

  cut(): void {
    this.#over.resolve();
    this.#options.connection.reset();
  }

  async #run(): Promise<void> {
    const { connection } = this.#options;
    try {
      await this.#serve();
    } catch (error) {
      if (!(error instanceof GivenUp) && !isHalError(error)) throw error;
      if (this.#record.end === 'open') this.#note({ end: 'gone' });
    }
    await this.#untilMayClose();
    this.#over.resolve();
    await connection.close();
  }

  async #untilMayClose(): Promise<void> {
    let cut = false;
    const over = this.#over.promise.then(() => void (cut = true));
    for (;;) {
      const { now, changed } = this.#options.behaviour();
      if (now.neverClose !== true || cut) return;
      await Promise.race([changed, over]);
    }
  }

  async #serve(): Promise<void> {
    const line = await this.#reader.line();
    if (line === undefined) return this.#note({ end: 'gone' });
    const queue = line.slice(1).split(' ')[0] ?? '';
    const code = line.charCodeAt(0);
    this.#note({ command: String(code), queue });
    const { now } = this.#options.behaviour();
    if (code === 3 || code === 4) {
      await this.#say(now.queueState ?? `${queue} is ready\nno entries\n`);
      return this.#note({ end: 'answered' });
    }
    if (code !== 2) return this.#refuse(1, 'emulated: only job reception');
    const known = now.queues === undefined || now.queues.includes(queue);
    if (!known) return this.#refuse(1, `${queue}: unknown printer`);
    await this.#answer('receive-job');
    await this.#receive();
  }

  async #receive(): Promise<void> {
    for (;;) {
      const line = await this.#reader.line();
      if (line === undefined) break;
      const code = line.charCodeAt(0);
      const [count = '', name = ''] = line.slice(1).trim().split(/\s+/);
      if (code === 1) return this.#note({ end: 'refused' });
      if (code === 2) await this.#takeControlFile(Number(count), name);
      else if (code === 3) await this.#takeDataFile(Number(count), name);
      else return this.#refuse(1, 'emulated: unknown subcommand');
    }
    const { control, data } = this.#record;
    const whole = control !== undefined && data?.whole === true;
    this.#note({ end: whole ? 'printed' : 'gone' });
  }

  async #takeControlFile(announcedBytes: number, name: string): Promise<void> {
    if (!(announcedBytes <= longestControlFileBytes)) await this.#refuse(1, 'too long');
    await this.#answer('control-file');
    const parts: Uint8Array[] = [];
    await this.#readCounted(announcedBytes, async (part) => void parts.push(part.slice()));
    await this.#takeZero();
    this.#note({
      control: { name, text: Buffer.concat(parts).toString() },
      firstFile: this.#record.firstFile ?? 'control',
    });
    await this.#answer('control-file-end');
  }

  async #takeDataFile(announcedBytes: number, name: string): Promise<void> {
    await this.#answer('data-file');
    this.#note({ firstFile: this.#record.firstFile ?? 'data' });
    const hash = createHash('sha256');
    let bytes = 0;
    const noteData = (whole: boolean) => {
      const sha256 = hash.copy().digest('hex');
      this.#note({ data: { name, announcedBytes, bytes, sha256, whole } });
    };
    noteData(false);
    const { untilClose = false } = this.#options.behaviour().now;
    const end = await this.#readCounted(untilClose ? Infinity : announcedBytes, async (part) => {
      await this.#actAt(bytes);
      hash.update(part);
      if (this.#options.keepData) this.#kept.push(part.slice());
      bytes += part.length;
      noteData(false);
      await this.#actAt(bytes);
    });
    if (untilClose) return noteData(true);
    if (end === 'ended') throw new GivenUp();
    await this.#takeZero();
    await this.#answer('data-file-end', () => noteData(true));
  }

  /** Reads so many bytes, in parts that end where the behaviour has something to do. */
  async #readCounted(
    count: number,
    take: (part: Uint8Array) => Promise<void>,
  ): Promise<'whole' | 'ended'> {
    const { clock, behaviour } = this.#options;
    for (let left = count; left > 0; ) {
      const rate = behaviour().now.bytesPerSecond;
      const most = rate === undefined ? 64 * 1024 : Math.ceil(rate / slowSlicesPerSecond);
      const events = this.#events(count - left);
      const part = await this.#reader.some(Math.min(left, most, ...events));
      if (part === undefined) return 'ended';
      await take(part);
      left -= part.length;
      if (rate !== undefined) await sleep(clock, (part.length / rate) * 1000);
    }
    return 'whole';
  }

  /** How far it is to each byte at which something happens. */
  #events(readBytes: number): readonly number[] {
    const { stallAtByte, resetAtByte, disconnectAtByte, refuseAtByte } =
      this.#options.behaviour().now;
    return [stallAtByte, resetAtByte, disconnectAtByte, refuseAtByte].flatMap((at) =>
      at !== undefined && at > readBytes ? [at - readBytes] : [],
    );
  }

  async #actAt(bytes: number): Promise<void> {
    for (;;) {
      const { now, changed } = this.#options.behaviour();
      if (now.resetAtByte !== undefined && bytes >= now.resetAtByte) {
        this.#options.connection.reset();
        throw new GivenUp();
      }
      if (now.disconnectAtByte !== undefined && bytes >= now.disconnectAtByte) throw new GivenUp();
      if (now.refuseAtByte !== undefined && bytes >= now.refuseAtByte) {
        await this.#refuse(now.refuseCode ?? 1, now.refuseText ?? '');
      }
      if (now.stallAtByte === undefined || bytes < now.stallAtByte) return;
      await Promise.race([changed, this.#over.promise.then(() => this.#giveUp())]);
    }
  }

  async #takeZero(): Promise<void> {
    const zero = await this.#reader.some(1);
    if (zero?.[0] !== 0) await this.#refuse(1, 'no zero octet after the file');
  }

  /** `onYes` runs before the octet leaves, so that the record is there when the sender knows. */
  async #answer(moment: AnswerMoment, onYes?: () => void): Promise<void> {
    for (;;) {
      const { now, changed } = this.#options.behaviour();
      if (now.silentAt !== moment) break;
      await Promise.race([changed, this.#over.promise.then(() => this.#giveUp())]);
    }
    const { now } = this.#options.behaviour();
    if (now.closeAt === moment) throw new GivenUp();
    if (now.refuseAt === moment) await this.#refuse(now.refuseCode ?? 1, now.refuseText ?? '');
    onYes?.();
    await this.#options.connection.write(Uint8Array.of(0));
  }

  async #refuse(code: number, words: string): Promise<never> {
    this.#note({ end: 'refused' });
    await this.#options.connection.write(Buffer.from(`${String.fromCharCode(code)}${words}`));
    throw new GivenUp();
  }

  #giveUp(): never {
    throw new GivenUp();
  }

  async #say(text: string): Promise<void> {
    await this.#options.connection.write(Buffer.from(text));
  }

  #note(change: Partial<LpdSessionRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.#options.onChange();
  }
}
