// An emulated network printer that takes raw documents (port 9100) and misbehaves when told to.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpListener,
} from '../../../hal/contract.ts';
import type { Behaviour } from './behaviour.ts';
import { type Session, type SessionRecord, startSession } from './session.ts';
import type { OpenSink } from './sink.ts';

export interface RawPrinterOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly openSink: OpenSink;
  readonly behaviour?: Behaviour;
}

export interface RawPrinter {
  /** Stays the same while it refuses. */
  readonly local: SocketAddress;
  sessions(): readonly SessionRecord[];
  /** Replaces the whole behaviour, for the sessions that run too. */
  behave(behaviour: Behaviour): Promise<void>;
  /** Says something to everybody who is connected. */
  say(text: string): void;
  /** Resolves with the sessions once they are as wanted. */
  until(wanted: (sessions: readonly SessionRecord[]) => boolean): Promise<readonly SessionRecord[]>;
  /** Resets what is open. */
  close(): Promise<void>;
}

const backlog = 16;

export async function startRawPrinter(options: RawPrinterOptions): Promise<RawPrinter> {
  const printer = new EmulatedRawPrinter(options);
  await printer.behave(options.behaviour ?? {});
  return printer;
}

class EmulatedRawPrinter implements RawPrinter {
  readonly #options: RawPrinterOptions;
  readonly #sessions: Session[] = [];
  readonly #waiting = new Set<() => void>();
  #local: SocketAddress;
  #listener: TcpListener | undefined;
  #behaviour: Behaviour = {};
  #behaviourChanged = Promise.withResolvers<void>();
  /** Since it was told how to behave. */
  #usedBytes = 0;
  #started = 0;
  #running = 0;

  constructor(options: RawPrinterOptions) {
    this.#options = options;
    this.#local = { address: options.address, port: options.port };
  }

  get local() {
    return this.#local;
  }

  sessions() {
    return this.#sessions.map(({ record }) => record);
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#behaviour = behaviour;
    this.#usedBytes = 0;
    if (behaviour.refuse === true) await this.#stopListening();
    else await this.#listen();
    this.#behaviourChanged.resolve();
    this.#behaviourChanged = Promise.withResolvers<void>();
  }

  say(text: string): void {
    for (const session of this.#sessions) {
      if (session.record.end === 'open') void session.say(text);
    }
  }

  until(wanted: (sessions: readonly SessionRecord[]) => boolean) {
    return new Promise<readonly SessionRecord[]>((resolve) => {
      const look = () => {
        if (!wanted(this.sessions())) return;
        this.#waiting.delete(look);
        resolve(this.sessions());
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    await this.#stopListening();
    for (const session of this.#sessions) session.cut();
    await Promise.all(this.#sessions.map(({ done }) => done));
  }

  async #listen(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#listener = await this.#options.tcp.listen({
      ...this.#local,
      backlog,
      onConnection: (connection) => void this.#accept(connection),
    });
    this.#local = this.#listener.local;
  }

  async #stopListening(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  async #accept(connection: TcpConnection): Promise<void> {
    if (this.#behaviour.oneSession === true && this.#running > 0) return connection.reset();
    this.#running += 1;
    this.#started += 1;
    const number = this.#started;
    const sink = await this.#options.openSink(number);
    const session = startSession({
      number,
      connection,
      clock: this.#options.clock,
      sink,
      behaviour: () => ({ now: this.#behaviour, changed: this.#behaviourChanged.promise }),
      paper: {
        leftBytes: () => this.#leftBytes(),
        use: (sizeBytes) => {
          this.#usedBytes += sizeBytes;
        },
      },
      onChange: () => this.#look(),
    });
    this.#sessions.push(session);
    this.#look();
    await session.done;
    this.#running -= 1;
    this.#look();
  }

  #leftBytes(): number | undefined {
    const { paperForBytes } = this.#behaviour;
    return paperForBytes === undefined ? undefined : paperForBytes - this.#usedBytes;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
