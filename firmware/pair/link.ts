// The link between the two appliances: brokers, clients, datagrams and witness behind one small
// interface, which carries the machines' messages and says what became of connections.
import type { Clock, Random, Timer, Udp } from '../../hal/contract.ts';
import type { Message } from '../cluster/contract/message.ts';
import type { TlsCredentials } from '../identity/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { LinkEvent, LinkState, Membership, PairLink, Peer } from './contract.ts';
import { type Datagrams, openDatagrams } from './datagrams.ts';
import { listenPinned, type PinnedListener } from './dial.ts';
import { decodeMessage, encodeMessage, isUrgent } from './message-codec.ts';
import { type MqttBroker, startMqttBroker } from './mqtt-broker.ts';
import { type PeerClient, startPeerClient } from './peer-client.ts';
import { createOpener, createSealer } from './seal.ts';
import { type Lane, laneOf, lanes, laneTopic } from './topics.ts';
import { startWitness, type WitnessClient } from './witness.ts';

export interface LinkOptions {
  readonly self: { readonly nodeId: string; readonly credentials: TlsCredentials };
  readonly peer: Peer;
  readonly membership: Pick<Membership, 'generation' | 'secret' | 'witness'>;
  readonly listen: { readonly address: string; readonly port: number };
  /** Heartbeats as datagrams too. */
  readonly datagrams: boolean;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly udp: Udp;
  /** When the main thread last moved: a node that hangs falls silent. */
  readonly movedAtMs: () => number;
  readonly log: (level: 'debug' | 'info' | 'warn', text: string) => void;
}

/** Life cycle: startLink listens and connects; `stop` ends all of it. */
export interface RunningLink extends PairLink {
  readonly port: number;
  stop(): Promise<void>;
}

const queueBytes = {
  urgent: pairLimits.heartbeatQueueBytes,
  records: pairLimits.recordQueueBytes,
} as const satisfies Record<Lane, number>;

export async function startLink(options: LinkOptions): Promise<RunningLink> {
  const link = new Link(options);
  try {
    await link.start();
  } catch (error) {
    await link.stop();
    throw error;
  }
  return link;
}

class Link implements RunningLink {
  readonly #options: LinkOptions;
  readonly #groups = new Map<string, (event: LinkEvent) => void>();
  readonly #listeners = new Set<(state: LinkState) => void>();
  #broker: MqttBroker | undefined;
  #listener: PinnedListener | undefined;
  #clients: Record<Lane, PeerClient> | undefined;
  #datagrams: Datagrams | undefined;
  #witness: WitnessClient | undefined;
  #watching: Timer | undefined;
  #state: LinkState = {
    paths: { outgoing: false, incoming: false, udp: false },
    witness: 'none',
    witnessConnection: 0,
    heardAtMs: undefined,
  };
  #heardAtMs: number | undefined;
  #datagramAtMs = -Infinity;
  /** The peer's start, as it was told inside TLS: datagrams of another one may be recordings. */
  #peerBoot = 0;
  #stopped = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get state(): LinkState {
    return this.#state;
  }

  async start(): Promise<void> {
    const { self, peer, clock, listen, log } = this.#options;
    this.#broker = await startMqttBroker({
      mayPublish: (topic) => laneOf(topic, self.nodeId) !== undefined,
      maySubscribe: (topic) => laneOf(topic, peer.nodeId) !== undefined,
      onMessage: (_topic, payload) => {
        if (payload.length > 0) this.#takeDirect(payload, true);
      },
      onSubscribers: () => this.#connectionsChanged(),
    });
    const pins = new Set([peer.pin]);
    this.#listener = await listenPinned({
      ...listen,
      clock,
      credentials: self.credentials,
      pins: () => pins,
      onSecured: (socket) => this.#broker?.accept(socket),
      onStranger: (from, error) => log('info', `turned ${from} away: ${error.message}`),
    });
    this.#clients = { urgent: this.#connectTo('urgent'), records: this.#connectTo('records') };
    await this.#openDatagrams();
    this.#startWitness();
    this.#watch();
  }

  join(group: string, onEvent: (event: LinkEvent) => void): () => void {
    this.#groups.set(group, onEvent);
    this.#witness?.join(group);
    return () => {
      if (this.#groups.get(group) === onEvent) this.#groups.delete(group);
      this.#witness?.leave(group);
    };
  }

  send(path: 'direct' | 'witness', group: string, message: Message): void {
    if (this.#isStandingStill()) return;
    if (path === 'witness') {
      this.#witness?.send(group, message);
      return;
    }
    const bytes = encodeMessage(group, message);
    if (bytes.length > pairLimits.messageBytes) {
      this.#options.log('warn', `a message of ${bytes.length} bytes is too large for the peer`);
      return;
    }
    if (isUrgent(message)) this.#sendUrgent(group, message, bytes);
    else if (this.#clients?.records.publish(bytes, queueBytes.records) !== true) {
      this.#publishHere('records', bytes);
    }
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watching?.cancel();
    await this.#listener?.close();
    await Promise.all([
      this.#clients?.urgent.stop(),
      this.#clients?.records.stop(),
      this.#datagrams?.close(),
      this.#witness?.stop(),
    ]);
    await this.#broker?.close();
  }

  #isStandingStill(): boolean {
    const { clock, movedAtMs } = this.#options;
    return clock.monotonicMs() > movedAtMs() + pairLimits.standstillMs;
  }

  #sendUrgent(group: string, message: Message, bytes: Uint8Array): void {
    this.#datagrams?.send(`${group} ${message.body.kind}`, bytes, () => !this.#isStandingStill());
    this.#clients?.urgent.publish(bytes, queueBytes.urgent);
    this.#publishHere('urgent', bytes);
  }

  #publishHere(lane: Lane, bytes: Uint8Array): void {
    const topic = laneTopic(this.#options.peer.nodeId, lane);
    this.#broker?.publish(topic, bytes, queueBytes[lane]);
  }

  #takeDirect(payload: Uint8Array, secured: boolean): void {
    const { peer, membership, clock } = this.#options;
    const decoded = decodeMessage(payload);
    if (decoded === undefined || this.#stopped) return;
    const { group, message } = decoded;
    const { node, generation, boot } = message.header;
    if (node !== peer.nodeId || generation !== membership.generation) return;
    if (secured) this.#peerBoot = Math.max(this.#peerBoot, boot);
    else if (boot !== this.#peerBoot) return;
    this.#heardAtMs = clock.monotonicMs();
    if (!secured) this.#datagramAtMs = this.#heardAtMs;
    this.#groups.get(group)?.({ kind: 'message', path: 'direct', retained: false, message });
  }

  #connectTo(lane: Lane): PeerClient {
    const { self, peer, clock, log } = this.#options;
    return startPeerClient({
      lane,
      self: self.nodeId,
      peer,
      credentials: self.credentials,
      clock,
      onMessage: (payload) => this.#takeDirect(payload, true),
      onChange: () => this.#connectionsChanged(),
      log: (text) => log('info', text),
    });
  }

  async #openDatagrams(): Promise<void> {
    const { self, peer, membership, listen, clock, udp, random, log } = this.#options;
    const { secret } = membership;
    if (!this.#options.datagrams || secret === undefined) return;
    const purpose = 'datagram';
    try {
      this.#datagrams = await openDatagrams({
        udp,
        clock,
        address: listen.address,
        port: this.port,
        peer: peer.place,
        sealer: createSealer({ secret, sender: self.nodeId, purpose }, random),
        opener: createOpener({ secret, sender: peer.nodeId, purpose }),
        onOpened: (plain) => this.#takeDirect(plain, false),
        onFault: (message) => log('warn', `heartbeats by UDP ended: ${message}`),
      });
    } catch (error) {
      log('warn', `heartbeats go by MQTT alone, without UDP: ${String(error)}`);
    }
  }

  #startWitness(): void {
    const { self, peer, membership, clock, random, log } = this.#options;
    const { secret, witness, generation } = membership;
    if (witness === undefined || secret === undefined) return;
    const purpose = 'witness';
    this.#witness = startWitness({
      place: witness,
      generation,
      clientId: `platen-${self.nodeId}`,
      credentials: self.credentials,
      clock,
      sealer: createSealer({ secret, sender: self.nodeId, purpose }, random),
      own: createOpener({ secret, sender: self.nodeId, purpose }),
      peers: createOpener({ secret, sender: peer.nodeId, purpose }),
      onMessage: (group, message, retained) =>
        this.#groups.get(group)?.({ kind: 'message', path: 'witness', retained, message }),
      onConnected: (group, connection) => {
        this.#groups.get(group)?.({ kind: 'witness-connected', connection });
        this.#tell();
      },
      onLost: () => {
        this.#tellGroups({ kind: 'witness-lost' });
        this.#tell();
      },
      log: (text) => log('info', text),
    });
    for (const group of this.#groups.keys()) this.#witness.join(group);
  }

  /** A connection that ended says nothing of the peer's process; the rules begin to look. */
  #connectionsChanged(): void {
    const before = this.#state.paths;
    this.#tell();
    const { paths } = this.#state;
    const ended = (before.outgoing && !paths.outgoing) || (before.incoming && !paths.incoming);
    if (ended) this.#tellGroups({ kind: 'peer-closed' });
  }

  #tellGroups(event: LinkEvent): void {
    if (this.#stopped) return;
    for (const onEvent of this.#groups.values()) onEvent(event);
  }

  #tell(): void {
    const state = this.#look();
    const same = JSON.stringify(state) === JSON.stringify(this.#state);
    this.#state = { ...state, heardAtMs: this.#heardAtMs };
    if (same || this.#stopped) return;
    for (const listener of this.#listeners) listener(this.#state);
  }

  #look(): LinkState {
    const { clock, peer, membership } = this.#options;
    const mine = laneTopic(peer.nodeId, 'urgent');
    const udp = clock.monotonicMs() < this.#datagramAtMs + pairLimits.datagramPathMs;
    const witness = this.#witness?.connected === true ? 'connected' : 'lost';
    return {
      paths: {
        outgoing: this.#clients?.urgent.open ?? false,
        incoming: this.#broker?.hasSubscriber(mine) ?? false,
        udp,
      },
      witness: membership.witness === undefined ? 'none' : witness,
      witnessConnection: this.#witness?.connection ?? 0,
      // People are told of the last sign about once a second, not of each.
      heardAtMs: this.#state.heardAtMs,
    };
  }

  #watch(): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const lane of lanes) {
      this.#clients?.[lane].watch(nowMs);
      this.#publishHere(lane, new Uint8Array());
    }
    this.#witness?.watch(nowMs);
    this.#tell();
    this.#watching = clock.startTimer(pairLimits.watchEveryMs, () => this.#watch());
  }
}
