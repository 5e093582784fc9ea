// An emulated network printer that takes jobs by LPD (RFC 1179) and misbehaves when told to.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpListener,
} from '../../../hal/contract.ts';
import type { Behaviour } from './behaviour.ts';
import { type LpdSession, type LpdSessionRecord, startLpdSession } from './session.ts';

export interface LpdPrinterOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly behaviour?: Behaviour;
  /** Keeps the data itself, and not only its sum. */
  readonly keepData?: boolean;
  /** Told of each record as it changes; none where nobody wants to know. */
  readonly onChange?: (record: LpdSessionRecord) => void;
}

export interface LpdPrinter {
  /** Stays the same while it refuses. */
  readonly local: SocketAddress;
  sessions(): readonly LpdSessionRecord[];
  /** The data of a session, where it is kept. */
  dataOf(number: number): Buffer;
  /** Replaces the whole behaviour, for the sessions that run too. */
  behave(behaviour: Behaviour): Promise<void>;
  /** Resolves with the sessions once they are as wanted. */
  until(
    wanted: (sessions: readonly LpdSessionRecord[]) => boolean,
  ): Promise<readonly LpdSessionRecord[]>;
  /** Resets what is open. */
  close(): Promise<void>;
}

const backlog = 16;

export async function startLpdPrinter(options: LpdPrinterOptions): Promise<LpdPrinter> {
  const printer = new EmulatedLpdPrinter(options);
  await printer.behave(options.behaviour ?? {});
  return printer;
}

class EmulatedLpdPrinter implements LpdPrinter {
  readonly #options: LpdPrinterOptions;
  readonly #sessions: LpdSession[] = [];
  readonly #waiting = new Set<() => void>();
  #local: SocketAddress;
  #listener: TcpListener | undefined;
  #behaviour: Behaviour = {};
  #behaviourChanged = Promise.withResolvers<void>();

  constructor(options: LpdPrinterOptions) {
    this.#options = options;
    this.#local = { address: options.address, port: options.port };
  }

  get local() {
    return this.#local;
  }

  sessions() {
    return this.#sessions.map(({ record }) => record);
  }

  dataOf(number: number) {
    return this.#sessions[number - 1]?.data ?? Buffer.alloc(0);
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#behaviour = behaviour;
    if (behaviour.refuse === true) await this.#stopListening();
    else await this.#listen();
    this.#behaviourChanged.resolve();
    this.#behaviourChanged = Promise.withResolvers<void>();
  }

  until(wanted: (sessions: readonly LpdSessionRecord[]) => boolean) {
    return new Promise<readonly LpdSessionRecord[]>((resolve) => {
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
      onConnection: (connection) => this.#accept(connection),
    });
    this.#local = this.#listener.local;
  }

  async #stopListening(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  #accept(connection: TcpConnection): void {
    const number = this.#sessions.length + 1;
    this.#sessions.push(
      startLpdSession({
        number,
        connection,
        clock: this.#options.clock,
        behaviour: () => ({ now: this.#behaviour, changed: this.#behaviourChanged.promise }),
        onChange: () => this.#look(number),
        keepData: this.#options.keepData ?? false,
      }),
    );
  }

  #look(number: number): void {
    const record = this.#sessions[number - 1]?.record;
    if (record !== undefined) this.#options.onChange?.(record);
    for (const look of this.#waiting) look();
  }
}
