// The SNMP agent with its sockets: one at each address, so that an answer comes from where the
// question went, and one for what is sent to all.
import type {
  Clock,
  NetworkInterface,
  Random,
  SocketAddress,
  Timer,
  Udp,
  UdpSocket,
} from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Events, PlatenEvent } from '../events/event.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import type { Log } from '../log/log.ts';
import type { Server } from '../servers/contract.ts';
import type { EngineView, MibSource, SnmpAccess, SnmpCounter } from './contract.ts';
import { createEngine, type SnmpEngine } from './engine.ts';
import { mibRows } from './mib/table.ts';
import { makeSnapshot, type Snapshot } from './snapshot.ts';

export interface SnmpAgentOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
  /** `*`: every address of the machine, as they come and go. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly engine: EngineView;
  readonly access: SnmpAccess;
  readonly gather: () => Promise<MibSource>;
  /** The spooler in whose name a refusal is told. */
  readonly spooler: string;
}

export interface SnmpAgent extends Server {
  readonly engine: SnmpEngine;
  counters(): Readonly<Record<SnmpCounter, number>>;
  /** Sends from the appliance; rejects with a HalError. */
  send(bytes: Uint8Array, to: SocketAddress): Promise<void>;
}

/** Events after which what is shown is read anew. */
const telling: readonly PlatenEvent['type'][] = [
  'printer-created',
  'printer-config-changed',
  'printer-state-changed',
  'printer-deleted',
  'port-status-changed',
  'group-owner-changed',
  'group-failed-over',
  'group-exposed',
  'group-in-step',
  'group-online',
  'group-offline',
  'group-failed',
];

export function createSnmpAgent(options: SnmpAgentOptions): SnmpAgent {
  return new Agent(options);
}

class Agent implements SnmpAgent {
  readonly engine: SnmpEngine;
  readonly #options: SnmpAgentOptions;
  readonly #sockets = new Map<string, UdpSocket>();
  #interfaces: readonly NetworkInterface[] = [];
  #shown: { readonly at: number; readonly snapshot: Snapshot } | undefined;
  #making: Promise<Snapshot> | undefined;
  #isOutdated = false;
  #waiting = 0;
  #refusedAt: number | undefined;
  #port: number;
  #look: Timer | undefined;
  #unsubscribe: () => void = () => undefined;
  #stopped = false;

  constructor(options: SnmpAgentOptions) {
    this.#options = options;
    this.#port = options.port;
    this.engine = createEngine({
      engine: options.engine,
      access: options.access,
      random: options.random,
      snapshot: () => this.#current(),
      interfaces: () => this.#interfaces,
      onRefused: (address) => this.#refused(address),
    });
  }

  counters(): Readonly<Record<SnmpCounter, number>> {
    return this.engine.counters();
  }

  async start(): Promise<void> {
    const { address, events, udp } = this.#options;
    this.#interfaces = udp.interfaces();
    await this.#mustBeOurs();
    try {
      if (address !== '*') await this.#open(address);
      else {
        await this.#open('0.0.0.0');
        if (this.#hasIpv6()) await this.#open('::');
        await this.#follow();
      }
    } catch (error) {
      await this.#close();
      throw error;
    }
    this.#unsubscribe = events.subscribe(({ type }) => {
      if (telling.includes(type)) this.#isOutdated = true;
    });
    this.#lookLater();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#look?.cancel();
    this.#unsubscribe();
    await this.#close();
  }

  addresses(): readonly SocketAddress[] {
    return [...this.#sockets.values()].map(({ local }) => local);
  }

  async send(bytes: Uint8Array, to: SocketAddress): Promise<void> {
    const isIpv6 = to.address.includes(':');
    const general = this.#sockets.get(isIpv6 ? '::' : '0.0.0.0');
    const fitting = [...this.#sockets].find(([address]) => address.includes(':') === isIpv6)?.[1];
    const socket = general ?? fitting;
    if (socket !== undefined) return await socket.send(bytes, to);
    // It listens at addresses of the other family alone.
    const { udp } = this.#options;
    const own = await udp.open({
      address: isIpv6 ? '::' : '0.0.0.0',
      port: 0,
      onDatagram: () => {},
      onFault: () => {},
    });
    try {
      await own.send(bytes, to);
    } finally {
      await own.close();
    }
  }

  /** Sockets that share a port share it with any program: another one that has it must be told. */
  async #mustBeOurs(): Promise<void> {
    const { udp, address } = this.#options;
    if (this.#port === 0) return;
    const probed = address === '*' ? '0.0.0.0' : address;
    const nothing = { onDatagram: () => undefined, onFault: () => undefined };
    await (await udp.open({ address: probed, port: this.#port, ...nothing })).close();
  }

  async #open(address: string): Promise<void> {
    const { udp, log } = this.#options;
    const socket = await udp.open({
      address,
      port: this.#port,
      shared: true,
      onDatagram: (bytes, from) => void this.#receive(address, bytes, from),
      onFault: (error) => {
        log.warn('an SNMP socket broke; it is opened again', { address, error });
        this.#sockets.delete(address);
      },
    });
    this.#port = socket.local.port;
    this.#sockets.set(address, socket);
  }

  /** Brings the sockets in line with the addresses there are. */
  async #follow(): Promise<void> {
    const { log } = this.#options;
    const own = this.#interfaces.flatMap(({ addresses }) =>
      // A link-local address is many: its questions come to the general socket.
      addresses.map(({ address }) => address).filter((address) => !/^fe80:/i.test(address)),
    );
    const wanted = new Set(['0.0.0.0', ...(this.#hasIpv6() ? ['::'] : []), ...own]);
    for (const [address, socket] of this.#sockets) {
      if (wanted.has(address)) continue;
      this.#sockets.delete(address);
      await socket.close();
    }
    for (const address of wanted) {
      if (this.#sockets.has(address) || this.#stopped) continue;
      try {
        await this.#open(address);
      } catch (error) {
        if (!isHalError(error)) throw error;
        log.debug('no SNMP at an address yet', { address, error });
      }
    }
  }

  #lookLater(): void {
    const { clock, udp, address, log } = this.#options;
    this.#look = clock.startTimer(snmpLimits.followMs, () => {
      this.#interfaces = udp.interfaces();
      const followed = address === '*' ? this.#follow() : this.#reopen(address);
      void followed
        .catch((error: unknown) => log.error('SNMP does not follow the addresses', { error }))
        .finally(() => {
          if (!this.#stopped) this.#lookLater();
        });
    });
  }

  async #reopen(address: string): Promise<void> {
    if (this.#sockets.has(address)) return;
    try {
      await this.#open(address);
    } catch (error) {
      if (!isHalError(error)) throw error;
    }
  }

  #hasIpv6(): boolean {
    return this.#interfaces.some(({ addresses }) =>
      addresses.some(({ address }) => address.includes(':')),
    );
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
    this.#sockets.clear();
  }

  async #receive(address: string, bytes: Uint8Array, from: SocketAddress): Promise<void> {
    if (this.#waiting >= snmpLimits.waitingRequests) return;
    this.#waiting += 1;
    try {
      const answer = await this.engine.respond(bytes, from.address);
      if (answer !== undefined) await this.#sockets.get(address)?.send(answer, from);
    } catch (error) {
      // Nobody waits but the sender, who asks again.
      this.#options.log.warn('a question by SNMP was not answered', { error });
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * One reading at a time. Whoever asks meanwhile gets the last one, as long as it is not too old
   * and nothing is known to have changed: a walk does not stand still each time that it is read
   * anew.
   */
  async #current(): Promise<Snapshot> {
    const now = this.#options.clock.monotonicMs();
    const { snapshot, at } = this.#shown ?? { at: Number.NEGATIVE_INFINITY };
    const ageMs = now - at;
    const mostMs = this.#isOutdated ? snmpLimits.snapshotRestMs : snmpLimits.snapshotMs;
    if (snapshot !== undefined && ageMs <= mostMs) return snapshot;
    const mustBeNew = this.#isOutdated || ageMs > snmpLimits.snapshotMostMs;
    const making = (this.#making ??= this.#make(now));
    if (snapshot === undefined || mustBeNew) return await making;
    making.catch(() => undefined);
    return snapshot;
  }

  async #make(at: number): Promise<Snapshot> {
    this.#isOutdated = false;
    try {
      const snapshot = makeSnapshot(mibRows, await this.#options.gather());
      this.#shown = { at, snapshot };
      return snapshot;
    } catch (error) {
      // Whoever waits is told; the next question tries again.
      this.#shown = undefined;
      throw error;
    } finally {
      this.#making = undefined;
    }
  }

  #refused(address: string): void {
    const { clock, events, spooler, log } = this.#options;
    const now = clock.monotonicMs();
    const last = this.#refusedAt ?? Number.NEGATIVE_INFINITY;
    if (now - last < snmpLimits.authenticationTrapMs) return;
    this.#refusedAt = now;
    log.info('a question by SNMP was refused', { address });
    events.report({ type: 'snmp-refused', at: clock.wall(), spooler, facts: { address } });
  }
}
