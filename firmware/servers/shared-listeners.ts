// Listeners that several spoolers share: one socket a port at every address, whose connections go
// to whoever listens at the address that the client meant.
import type {
  Clock,
  Tcp,
  TcpConnection,
  TcpListener,
  TcpListenOptions,
  Timer,
} from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { serverLimits } from '../limits/server-limits.ts';

export interface SharedListenersOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  /** `0.0.0.0` or `::`; anything else is listened at as it is asked for. */
  readonly everywhere: string;
  /**
   * Of a group: its connections are nobody else's, so one that comes before its spooler listens
   * waits for it a moment and is reset then.
   */
  readonly isGroups: (address: string) => boolean;
}

type OnConnection = TcpListenOptions['onConnection'];

interface Port {
  readonly listener: TcpListener;
  readonly routes: Map<string, OnConnection>;
  readonly waiting: Set<Waiting>;
}

interface Waiting {
  readonly connection: TcpConnection;
  readonly timer: Timer;
}

/** A `Tcp` whose `listen` shares ports; `connect` is the machine's. */
export function createSharedListeners(options: SharedListenersOptions): Tcp {
  const { tcp, everywhere } = options;
  if (everywhere !== '0.0.0.0' && everywhere !== '::') return tcp;
  const shared = new Shared(options);
  return { connect: (request) => tcp.connect(request), listen: (listen) => shared.listen(listen) };
}

class Shared {
  readonly #options: SharedListenersOptions;
  readonly #ports = new Map<number, Promise<Port>>();

  constructor(options: SharedListenersOptions) {
    this.#options = options;
  }

  async listen(request: TcpListenOptions): Promise<TcpListener> {
    const { address, port, onConnection } = request;
    const shared = port === 0 ? await this.#open(request) : await this.#openShared(request);
    if (shared.routes.has(address)) {
      throw new HalError('address-in-use', `${address}:${port}`);
    }
    shared.routes.set(address, onConnection);
    for (const waiting of shared.waiting) {
      if (waiting.connection.local.address !== address) continue;
      waiting.timer.cancel();
      shared.waiting.delete(waiting);
      onConnection(waiting.connection);
    }
    const given = shared.listener.local.port;
    return {
      local: { address, port: given },
      close: async () => {
        shared.routes.delete(address);
        if (shared.routes.size > 0) return;
        this.#ports.delete(given);
        for (const { connection, timer } of shared.waiting) {
          timer.cancel();
          connection.reset();
        }
        await shared.listener.close();
      },
    };
  }

  async #openShared(request: TcpListenOptions): Promise<Port> {
    const known = this.#ports.get(request.port);
    if (known !== undefined) return await known;
    const opening = this.#open(request);
    this.#ports.set(request.port, opening);
    try {
      return await opening;
    } catch (error) {
      this.#ports.delete(request.port);
      throw error;
    }
  }

  async #open({ port, backlog }: TcpListenOptions): Promise<Port> {
    const { tcp, everywhere } = this.#options;
    const routes = new Map<string, OnConnection>();
    const waiting = new Set<Waiting>();
    const onConnection = (connection: TcpConnection) =>
      this.#route({ routes, waiting }, connection);
    const listener = await tcp.listen({ address: everywhere, port, backlog, onConnection });
    const opened = { listener, routes, waiting };
    this.#ports.set(listener.local.port, Promise.resolve(opened));
    return opened;
  }

  #route({ routes, waiting }: Omit<Port, 'listener'>, connection: TcpConnection): void {
    const { address } = connection.local;
    const { clock, isGroups, everywhere } = this.#options;
    const route = routes.get(address) ?? (isGroups(address) ? undefined : routes.get(everywhere));
    if (route !== undefined) return route(connection);
    if (!isGroups(address) || waiting.size >= serverLimits.shared.waiting) {
      return connection.reset();
    }
    const timer = clock.startTimer(serverLimits.shared.waitMs, () => {
      waiting.delete(entry);
      connection.reset();
    });
    const entry: Waiting = { connection, timer };
    waiting.add(entry);
  }
}
