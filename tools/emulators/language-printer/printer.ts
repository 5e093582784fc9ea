// An emulated raw printer that speaks PJL, ZPL or ESC/POS on its back-channel.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpListener,
} from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
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
  const printer = new EmulatedPrinter(createVoice(options.language));
  await printer.listen(options);
  return printer;
}

class EmulatedPrinter implements LanguagePrinter {
  readonly #voice: Voice;
  readonly #sessions: Session[] = [];
  readonly #waiting = new Set<() => void>();
  #local: SocketAddress = { address: '', port: 0 };
  #listener: TcpListener | undefined;
  #stalled: PromiseWithResolvers<void> | undefined;

  constructor(voice: Voice) {
    this.#voice = voice;
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

  async listen({ tcp, address, port }: LanguagePrinterOptions): Promise<void> {
    this.#listener = await tcp.listen({
      address,
      port,
      backlog,
      onConnection: (connection) => void this.#serve(connection),
    });
    this.#local = this.#listener.local;
  }

  async close(): Promise<void> {
    this.stall(false);
    await this.#listener?.close();
    this.breakOff();
  }

  async #serve(connection: TcpConnection): Promise<void> {
    const session: Session = { connection, parts: [], ended: false, speaking: Promise.resolve() };
    this.#sessions.push(session);
    try {
      for (;;) {
        await this.#stalled?.promise;
        const part = await connection.read();
        if (part === undefined) break;
        session.parts.push(part.slice());
        this.#say(this.#voice.take(part));
        this.#look();
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
