// Tells a broker that an administrator named how the appliance, its printers and its pair are:
// retained messages, so that whoever comes later knows, and a will that says when it is gone.
//
// TOPIC/NODE/online is `true` or `false`; TOPIC/NODE/printers/NAME, TOPIC/NODE/printers/GROUP/NAME
// and TOPIC/NODE/pair are JSON. Nothing is read from the broker.
import type { Clock, Timer } from '../../hal/contract.ts';
import { sleep, startDeadline } from '../../hal/time.ts';
import type { Events } from '../events/event.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';
import type { Log } from '../log/log.ts';
import type { MqttConnection } from '../pair/mqtt-client.ts';
import type { PairRoom } from '../pair/room-contract.ts';
import type { SpoolerDirectory } from '../spooler/contract.ts';
import { needsPerson } from './needs.ts';
import { openOutgoing, outgoingOf } from './outgoing.ts';

export interface MqttStatusOptions {
  readonly clock: Clock;
  readonly broker: string;
  readonly pin: string;
  /** What the topics begin with. */
  readonly topic: string;
  /** '': no log-in. */
  readonly user: string;
  readonly password: string;
  readonly nodeId: string;
  readonly hostName: () => string;
  readonly version: string;
  readonly directory: Pick<SpoolerDirectory, 'all'>;
  readonly pair: Pick<PairRoom, 'book' | 'membership' | 'standing' | 'thread'>;
  readonly events: Pick<Events, 'subscribe'>;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

const protocols = {
  'mqtt:': { port: 1_883, tls: false },
  'mqtts:': { port: 8_883, tls: true },
} as const;

/** Connects by itself again, for ever; returns how to end it. */
export function startMqttStatus(options: MqttStatusOptions): () => Promise<void> {
  const teller = new MqttStatus(options);
  const running = teller.run();
  return async () => {
    teller.stop();
    await running;
  };
}

class MqttStatus {
  readonly #options: MqttStatusOptions;
  readonly #root: string;
  readonly #stopping = new AbortController();
  /** What the broker holds of each topic, as far as it was told in this connection. */
  readonly #told = new Map<string, string>();
  #connection: MqttConnection | undefined;
  #timer: Timer | undefined;
  #refresh: Timer | undefined;

  constructor(options: MqttStatusOptions) {
    this.#options = options;
    this.#root = `${options.topic}/${options.nodeId}`;
  }

  async run(): Promise<void> {
    const { clock, log, events } = this.#options;
    const unsubscribe = events.subscribe(() => this.#soon());
    let backoffMs: number = limits.retryFirstMs;
    while (!this.#stopping.signal.aborted) {
      try {
        const { closed } = await this.#connect();
        backoffMs = limits.retryFirstMs;
        log.info('the broker hears how the printers are');
        await this.#tellAll();
        const why = await closed;
        if (!this.#stopping.signal.aborted) log.warn('the broker is gone', { why });
      } catch (error) {
        if (!this.#stopping.signal.aborted) log.warn('the broker can not be told', { error });
      }
      this.#connection = undefined;
      await sleep(clock, backoffMs, this.#stopping.signal).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, limits.retryLastMs);
    }
    unsubscribe();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#refresh?.cancel();
    this.#connection?.publishRetained(`${this.#root}/online`, Buffer.from('false'));
    this.#stopping.abort();
    this.#connection?.close(true);
  }

  /** `closed` resolves once the connection has ended, with why. */
  async #connect(): Promise<{ readonly closed: Promise<string> }> {
    const { clock, broker, pin, user, password, nodeId } = this.#options;
    using deadline = startDeadline(clock, limits.connectMs, this.#stopping.signal);
    const target = outgoingOf(broker, pin, protocols);
    const stream = await openOutgoing(target, { clock, signal: deadline.signal });
    const closed = Promise.withResolvers<string>();
    // Where there is a broker: at every start the library would take a moment for nothing.
    const { openMqttClient } = await import('../pair/mqtt-client.ts');
    this.#connection = await openMqttClient(
      {
        stream,
        clientId: `platen-${nodeId}`,
        ...(user === '' ? {} : { login: { name: user, password } }),
        will: { topic: `${this.#root}/online`, payload: Buffer.from('false') },
        onMessage: () => undefined,
        onClosed: closed.resolve,
      },
      deadline.signal,
    );
    this.#told.clear();
    return { closed: closed.promise };
  }

  /** Many events are one look. */
  #soon(): void {
    if (this.#connection === undefined) return;
    this.#timer ??= this.#options.clock.startTimer(limits.settleMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    // A store that fails says so itself; the next event looks again.
    await this.#tellAll().catch(() => undefined);
  }

  async #tellAll(): Promise<void> {
    const { version } = this.#options;
    const now = new Map<string, unknown>([
      [`${this.#root}/online`, true],
      [`${this.#root}/about`, { hostName: this.#options.hostName(), version }],
      ...(await this.#printers()),
      [`${this.#root}/pair`, this.#pair()],
    ]);
    for (const [topic, value] of now) this.#tell(topic, JSON.stringify(value));
    // A retained message that is empty is gone (MQTT 3.1.1, 3.3.1.3).
    for (const topic of this.#told.keys()) if (!now.has(topic)) this.#tell(topic, '');
    // How the two of a pair hear each other changes without an event.
    this.#refresh?.cancel();
    this.#refresh = this.#options.clock.startTimer(limits.mqttRefreshMs, () => this.#soon());
  }

  #tell(topic: string, text: string): void {
    if (this.#told.get(topic) === text) return;
    if (this.#connection?.publishRetained(topic, Buffer.from(text)) !== true) return;
    if (text === '') this.#told.delete(topic);
    else this.#told.set(topic, text);
  }

  async #printers(): Promise<readonly (readonly [string, unknown])[]> {
    const { directory, pair } = this.#options;
    const lists = directory.all().map(async ({ id, printers }) => {
      const group = pair.book.find(id)?.name;
      const all = await printers.list();
      const statuses = await printers.statuses(all.map((printer) => printer.id));
      return all.flatMap(({ id: printerId, name, location }) => {
        const status = statuses.get(printerId);
        if (status === undefined) return [];
        const place =
          group === undefined ? topicName(name) : `${topicName(group)}/${topicName(name)}`;
        const told = { name, location, ...status, needsPerson: needsPerson(status) };
        return [[`${this.#root}/printers/${place}`, told] as const];
      });
    });
    return (await Promise.all(lists)).flat();
  }

  #pair(): unknown {
    const { pair } = this.#options;
    const { peer } = pair.membership();
    if (peer === undefined) return { paired: false };
    const groups = pair.book.list().map(({ id, name }) => {
      const view = pair.thread?.view(id);
      const ownedHere = view?.owner === this.#options.nodeId;
      return { name, owner: view?.owner ?? null, ownedHere, mode: view?.mode ?? 'unknown' };
    });
    const { connected } = pair.standing;
    return { paired: true, peer: { nodeId: peer.nodeId, name: peer.name, connected }, groups };
  }
}

/** One level of a topic, without what means something in filters (MQTT 3.1.1, 4.7). */
function topicName(name: string): string {
  return name.replaceAll(/[#+/\0]/g, '_');
}
