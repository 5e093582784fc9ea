// An emulated raw printer that speaks PJL, ZPL or ESC/POS on its back-channel.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpListener,
} from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { sleep } from '../../../hal/time.ts';
import { createVoice, type Language, type Trouble, type Voice } from './voices.ts';

export interface LanguagePrinterOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly language: Language;
}

export interface LanguagePrinter {
  readonly local: SocketAddress;
  /** All bytes of each connection, what the language monitor added included. */
  sessions(): readonly { readonly bytes: Buffer; readonly ended: boolean }[];
  trouble(now: Trouble): void;
  /** Cancels the job at the panel. */
  cancel(): void;
  /** Stops reading, or goes on. */
  stall(stalled: boolean): void;
  /** Listens no more, or again at the same place. */
  refuse(refused: boolean): Promise<void>;
  /** Reads no faster than this; undefined: as fast as it can. */
  slow(bytesPerSecond: number | undefined): void;
  /** Breaks a connection once it has brought so many bytes; undefined: none. */
  breakAfter(sizeBytes: number | undefined): void;
  /** The same, and closes it in order. */
  disconnectAfter(sizeBytes: number | undefined): void;
  /** Breaks every connection. */
  breakOff(): void;
  until(wanted: () => boolean): Promise<void>;
  close(): Promise<void>;
}

interface Session {
  readonly connection: TcpConnection;
  readonly parts: Uint8Array[];
  ended: boolean;
  speaking: Promise<void>;
}

const backlog = 16;

export async function startLanguagePrinter(
  options: LanguagePrinterOptions,
): Promise<LanguagePrinter> {
  const printer = new EmulatedPrinter(options);
  await printer.refuse(false);
  return printer;
}

class EmulatedPrinter implements LanguagePrinter {
  readonly #options: LanguagePrinterOptions;
  readonly #voice: Voice;
  readonly #sessions: Session[] = [];
  readonly #waiting = new Set<() => void>();
  #local: SocketAddress;
  #bytesPerSecond: number | undefined;
  #breakAtByte: number | undefined;
  #disconnectAtByte: number | undefined;
  #listener: TcpListener | undefined;
  #stalled: PromiseWithResolvers<void> | undefined;

  constructor(options: LanguagePrinterOptions) {
    this.#options = options;
    this.#voice = createVoice(options.language);
    this.#local = { address: options.address, port: options.port };
  }

  get local() {
    return this.#local;
  }

  sessions() {
    return this.#sessions.map(({ parts, ended }) => ({ bytes: Buffer.concat(parts), ended }));
  }

  trouble(now: Trouble): void {
    this.#say(this.#voice.trouble(now));
  }

  cancel(): void {
    this.#say(this.#voice.cancel());
  }

  stall(stalled: boolean): void {
    this.#stalled?.resolve();
    this.#stalled = stalled ? Promise.withResolvers<void>() : undefined;
  }

  async refuse(refused: boolean): Promise<void> {
    const listener = this.#listener;
    if (refused) {
      this.#listener = undefined;
      await listener?.close();
    } else if (listener === undefined) {
      this.#listener = await this.#options.tcp.listen({
        ...this.#local,
        backlog,
        onConnection: (connection) => void this.#serve(connection),
      });
      this.#local = this.#listener.local;
    }
  }

  slow(bytesPerSecond: number | undefined): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  breakAfter(sizeBytes: number | undefined): void {
    this.#breakAtByte = sizeBytes;
  }

  disconnectAfter(sizeBytes: number | undefined): void {
    this.#disconnectAtByte = sizeBytes;
  }

  breakOff(): void {
    for (const { connection, ended } of this.#sessions) if (!ended) connection.reset();
  }

  until(wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.stall(false);
    await this.refuse(true);
    this.breakOff();
  }

  async #serve(connection: TcpConnection): Promise<void> {
    const session: Session = { connection, parts: [], ended: false, speaking: Promise.resolve() };
    this.#sessions.push(session);
    let readBytes = 0;
    try {
      for (;;) {
        await this.#stalled?.promise;
        const part = await connection.read();
        if (part === undefined) break;
        session.parts.push(part.slice());
        readBytes += part.length;
        if (readBytes >= (this.#breakAtByte ?? Infinity)) connection.reset();
        this.#say(this.#voice.take(part));
        this.#look();
        if (readBytes >= (this.#disconnectAtByte ?? Infinity)) break;
        const rate = this.#bytesPerSecond;
        if (rate !== undefined) await sleep(this.#options.clock, (part.length / rate) * 1000);
      }
    } catch (error) {
      // Broken, by the sender or by us: what came is kept.
      if (!isHalError(error)) throw error;
    }
    session.ended = true;
    await connection.close();
    this.#look();
  }

  #say(words: readonly Uint8Array[]): void {
    const session = this.#sessions.at(-1);
    if (session === undefined || session.ended) return;
    for (const word of words) {
      session.speaking = session.speaking
        .then(() => session.connection.write(word))
        // A sender that does not listen, or is gone, is no fault of the printer's.
        .catch(() => {});
    }
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
