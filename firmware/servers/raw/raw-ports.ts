// The raw ports of a spooler: one for each printer, given once and kept in the registry, following
// printers as they come and go.
import type { Clock, SocketAddress, Tcp, Timer } from '../../../hal/contract.ts';
import { HalError, isHalError } from '../../../hal/errors.ts';
import type { Events, PlatenEvent } from '../../events/event.ts';
import { serverLimits } from '../../limits/server-limits.ts';
import type { Spooler } from '../../spooler/contract.ts';
import { createAdmission } from '../admission.ts';
import type { Server, ServerLog } from '../contract.ts';
import { createRawServer } from './server.ts';

/** Which printer has which port; what was given stays given until the printer is removed. */
export interface RawAssignments {
  read(): Promise<ReadonlyMap<string, number>>;
  give(printerId: string, port: number): Promise<void>;
  take(printerId: string): Promise<void>;
}

export interface RawPortsOptions {
  readonly spooler: Spooler;
  readonly events: Pick<Events, 'subscribe'>;
  readonly assignments: RawAssignments;
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly address: string;
  /** The first port; 0: each printer gets a free one at each start, and none is kept. */
  readonly firstPort: number;
  /** A port that could not be had is tried again after this. */
  readonly retryMs: number;
  /** False: no printer has a raw port; those that were given stay given. */
  readonly enabled?: boolean;
  /** A printer got a port, or lost it. */
  readonly onChange?: () => void;
}

export interface RawPorts extends Server {
  portOf(printerId: string): number | undefined;
}

const lastPort = 65_535;

export function createRawPorts(options: RawPortsOptions): RawPorts {
  return new SpoolerRawPorts(options);
}

class SpoolerRawPorts implements RawPorts {
  readonly #options: RawPortsOptions;
  readonly #admission = createAdmission(serverLimits.raw);
  readonly #servers = new Map<string, Server>();
  #unsubscribe: () => void = () => undefined;
  /** Changes are made one after the other. */
  #tail: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  #stopped = false;

  constructor(options: RawPortsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#options.enabled === false) return;
    this.#unsubscribe = this.#options.events.subscribe((event) => this.#hear(event));
    await this.#enqueue();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#retry?.cancel();
    await this.#tail;
    await Promise.all([...this.#servers.values()].map((server) => server.stop(deadline)));
    this.#servers.clear();
  }

  addresses(): readonly SocketAddress[] {
    return [...this.#servers.values()].flatMap((server) => server.addresses());
  }

  portOf(printerId: string): number | undefined {
    return this.#servers.get(printerId)?.addresses()[0]?.port;
  }

  #hear({ type, spooler }: PlatenEvent): void {
    if (spooler !== this.#options.spooler.id) return;
    if (type === 'printer-created' || type === 'printer-deleted') void this.#enqueue();
  }

  #enqueue(): Promise<void> {
    this.#tail = this.#tail.then(() => this.#follow());
    return this.#tail;
  }

  /**
   * Brings servers in line with the printers there are. Never rejects: what fails is tried again.
   */
  async #follow(): Promise<void> {
    if (this.#stopped) return;
    const { spooler, assignments, log } = this.#options;
    try {
      // In this order: an event is told before its commit returns to the spooler, whose list is
      // up to date once the store has answered once more.
      const given = new Map(await assignments.read());
      const printers = await spooler.printers.list();
      const present = new Set(printers.map(({ id }) => id));
      for (const printerId of new Set([...this.#servers.keys(), ...given.keys()])) {
        if (!present.has(printerId)) await this.#drop(printerId, given);
      }
      for (const { id } of printers) await this.#serve(id, given);
    } catch (error) {
      log.warn('raw ports could not follow the printers', { error });
      this.#tryAgain();
    }
  }

  async #drop(printerId: string, given: Map<string, number>): Promise<void> {
    const server = this.#servers.get(printerId);
    this.#servers.delete(printerId);
    await server?.stop(AbortSignal.abort());
    if (given.delete(printerId)) await this.#options.assignments.take(printerId);
  }

  async #serve(printerId: string, given: Map<string, number>): Promise<void> {
    if (this.#servers.has(printerId) || this.#stopped) return;
    const { firstPort, address, log, assignments } = this.#options;
    const kept = firstPort === 0 ? 0 : given.get(printerId);
    const port = kept ?? (await this.#giveFreePort(printerId, given));
    if (port === undefined) {
      log.warn('there is no raw port left', { printerId, firstPort });
      return;
    }
    if (kept === undefined) await assignments.give(printerId, port);
    const server = this.#serverOf(printerId, port);
    try {
      await server.start();
      this.#servers.set(printerId, server);
      this.#options.onChange?.();
    } catch (error) {
      if (!isHalError(error)) throw error;
      log.warn('a raw port can not be had; it is tried again', { printerId, address, port, error });
      this.#tryAgain();
    }
  }

  /** The lowest port that no printer was given and that nobody else uses now. */
  async #giveFreePort(printerId: string, given: Map<string, number>): Promise<number | undefined> {
    const taken = new Set(given.values());
    const last = Math.min(lastPort, this.#options.firstPort + serverLimits.raw.connections);
    for (let port = this.#options.firstPort; port <= last; port++) {
      if (taken.has(port) || !(await this.#isFree(port))) continue;
      given.set(printerId, port);
      return port;
    }
    return undefined;
  }

  async #isFree(port: number): Promise<boolean> {
    const { tcp, address } = this.#options;
    try {
      const onConnection = (connection: { reset(): void }) => connection.reset();
      await (await tcp.listen({ address, port, backlog: 1, onConnection })).close();
      return true;
    } catch (error) {
      if (error instanceof HalError) return false;
      throw error;
    }
  }

  #serverOf(printerId: string, port: number): Server {
    const { tcp, clock, log, spooler, address } = this.#options;
    const listen = { address, port };
    const admission = this.#admission;
    return createRawServer({ tcp, clock, log, spooler, printerId, listen, admission });
  }

  #tryAgain(): void {
    if (this.#stopped) return;
    this.#retry?.cancel();
    const { clock, retryMs } = this.#options;
    this.#retry = clock.startTimer(retryMs, () => void this.#enqueue());
  }
}
