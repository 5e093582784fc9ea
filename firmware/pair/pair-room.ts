// The pair of this appliance: membership, thread, channel, pairing and the book of groups, put
// together and made anew whenever the appliance is paired otherwise.
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { canonicalAddress } from '../../hal/address.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Hal } from '../../hal/contract.ts';
import type { Urgency } from '../../hal/priority.ts';
import { unpair } from '../cluster/pairing/pair-state.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Identity } from '../identity/contract.ts';
import { peerPinOf } from '../identity/pinned-tls.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { Log } from '../log/log.ts';
import type { Store, Term } from '../store/contract.ts';
import { createChannel, type RunningChannel } from './channel.ts';
import type { GroupControl, Membership, Peer, PairThread, WitnessPlace } from './contract.ts';
import { dialPinned, freePort, listenPinned, type PinnedListener } from './dial.ts';
import { type KeptGroupBook, openGroupBook } from './group-book.ts';
import { createMeeting, type Meeting, witnessName } from './meeting.ts';
import type { MembershipStore } from './membership.ts';
import {
  createPairing,
  type JoinRequest,
  type ShowRequest,
  type Pairing,
} from './pairing-service.ts';
import { channelProtocol, pairingProtocol } from './pairing-wire.ts';
import type { PairRoom, PeerStanding } from './room-contract.ts';
import { makeMoveCell } from './shared-lease.ts';
import { createPairThread, type PairThreadClient, type ThreadChannel } from './thread-client.ts';
import type { PairThreadData } from './thread-host.ts';
import { createTurns } from './turns.ts';

export interface PairRoomOptions {
  readonly hal: Pick<Hal, 'clock' | 'random' | 'addresses' | 'udp'>;
  readonly identity: Identity;
  readonly membership: MembershipStore;
  readonly store: Pick<Store, 'commit' | 'query'>;
  /** The node's own, whose registry keeps the book. */
  readonly spooler: string;
  readonly term: () => Term;
  readonly version: string;
  /** Ports; 0 takes a free one at each start. */
  readonly listen: { readonly address: string; readonly beat: number; readonly channel: number };
  readonly datagrams: boolean;
  /** How soon the thread is to be served on a busy machine. */
  readonly urgency: Urgency;
  readonly spawnThread: (data: PairThreadData) => ThreadChannel;
  /** The thread ended by itself: nobody beats any more, and the process has to start anew. */
  readonly onThreadLost: (why: string) => void;
  readonly log: Log;
}

const helloSchema = z.object({
  name: z.string().max(255),
  version: z.string().max(100),
  beatPort: z.int().min(1).max(65_535),
  channelPort: z.int().min(1).max(65_535),
  /** Its witness; a release before this one does not say. */
  witness: z.string().max(100).optional(),
});

const witnessSchema = z.object({
  witness: z
    .object({
      address: z.union([z.ipv4(), z.ipv6()]),
      port: z.int().min(1).max(65_535),
      tls: z.object({ pin: z.string() }).optional(),
      login: z.object({ name: z.string(), password: z.string() }).optional(),
    })
    .optional(),
});

export async function startPairRoom(options: PairRoomOptions): Promise<PairRoom> {
  const { hal, log } = options;
  const channel = createChannel({ clock: hal.clock, log: log.child('channel') });
  const nodes = () => {
    const { peer } = options.membership.current;
    return [options.identity.nodeId, ...(peer === undefined ? [] : [peer.nodeId])];
  };
  const ready = (signal: AbortSignal) => room.ready(signal);
  const book = await openGroupBook({ ...options, channel, nodes, ready });
  const room: Room = new Room(options, channel, book);
  await room.start();
  return room;
}

class Room implements PairRoom {
  readonly #options: PairRoomOptions;
  readonly #listeners = new Set<() => void>();
  readonly channel: RunningChannel;
  readonly book: KeptGroupBook;
  readonly pairing: Pairing;
  #control: GroupControl | undefined;
  #thread: PairThreadClient | undefined;
  #listener: PinnedListener | undefined;
  #beatPort = 0;
  /** Since when the membership is as it is. */
  #appliedAtMs = -Infinity;
  /** Of the present membership's connections. */
  #ending = new AbortController();
  #standing: PeerStanding = aloneStanding;
  readonly #meeting: Meeting;
  #from = '';
  #stopped = false;
  /** The link could not be had when it was last tried. */
  #linkFailed = false;
  readonly #turns = createTurns();

  constructor(options: PairRoomOptions, channel: RunningChannel, book: KeptGroupBook) {
    const { hal, identity, membership } = options;
    this.#options = options;
    this.channel = channel;
    this.book = book;
    const connected = () => channel.connected;
    this.#meeting = createMeeting({ clock: hal.clock, connected });
    this.pairing = createPairing({
      ...hal,
      identity,
      membership,
      interfaces: () => hal.udp.interfaces(),
      ports: () => ({ beatPort: this.#beatPort, channelPort: this.#listener?.port ?? 0 }),
      log: options.log.child('pairing'),
    });
  }

  async start(): Promise<void> {
    const { listen, membership } = this.#options;
    this.#beatPort = listen.beat === 0 ? await freePort(listen.address) : listen.beat;
    this.#serveHello();
    this.#serveWitness();
    membership.onChange(() => {
      this.#turns
        .take(() => this.#apply())
        .catch((error: unknown) => {
          this.#options.log.error('the pair could not be made anew', { error });
        });
    });
    this.channel.onConnected((connected) => this.#connected(connected));
    await this.#apply();
  }

  get thread(): PairThread | undefined {
    return this.#thread;
  }

  get boot(): number {
    return this.#options.membership.boot;
  }

  get control(): GroupControl | undefined {
    return this.#control;
  }

  get standing(): PeerStanding {
    return { ...this.#standing, connected: this.channel.connected };
  }

  membership(): Membership {
    return this.#options.membership.current;
  }

  onMembership(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  beatPort(): number | undefined {
    return this.#beatPort === 0 ? undefined : this.#beatPort;
  }

  channelPort(): number | undefined {
    return this.#listener?.port;
  }

  useControl(control: GroupControl): void {
    this.#control = control;
  }

  async unpair({ force }: { readonly force: boolean }) {
    const { membership } = this.#options;
    if (membership.current.peer === undefined) {
      return refused('not-paired', 'this appliance is not paired');
    }
    if (!force && this.book.list().length > 0) {
      return refused('not-clusterable', 'the pair has groups: remove them first, or use force');
    }
    await membership.change(({ generation }) => ({
      ...unpair({ peer: undefined, generation }),
      peer: undefined,
      secret: undefined,
      witness: undefined,
    }));
    await this.#turns.over();
    return { kind: 'done' } as const;
  }

  async setWitness(witness: WitnessPlace | undefined, signal: AbortSignal) {
    const refusal = this.#refuseWitness();
    if (refusal !== undefined) return refusal;
    // Paired just now, the two may not have met yet. That they disagree is what this mends.
    const apart = await this.ready(signal);
    if (apart !== undefined && !this.channel.connected) return apart;
    const plain = witness === undefined ? {} : { witness: plainWitness(witness) };
    try {
      await this.channel.request({ service: 'witness', head: plain, signal });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refused('busy', `a witness is set on both appliances: ${why}`);
    }
    await this.#options.membership.change((before) => ({ ...before, witness }));
    await this.#turns.over();
    // Both connect anew with it, and a group is made next.
    return (await this.ready(signal)) ?? ({ kind: 'done' } as const);
  }

  ready(signal: AbortSignal): Promise<Refusal | undefined> {
    return this.#meeting.ready(signal);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ending.abort();
    this.channel.reset();
    await this.#listener?.close();
    await this.#thread?.stop();
  }

  // ---- connections

  #accept(socket: TLSSocket, from: string): void {
    const { peer } = this.#options.membership.current;
    const known = peer !== undefined && peerPinOf(socket) === peer.pin;
    if (socket.alpnProtocol === pairingProtocol) {
      this.pairing.serve(socket, from);
    } else if (known && socket.alpnProtocol === channelProtocol) {
      this.#from = from;
      this.channel.accept(socket);
    } else {
      socket.destroy();
    }
  }

  async showCode(request: ShowRequest) {
    const refusal = await this.#listen();
    return refusal ?? ({ kind: 'done', ...this.pairing.show(request) } as const);
  }

  async join(request: JoinRequest, signal: AbortSignal) {
    const answer = (await this.#listen()) ?? (await this.pairing.join(request, signal));
    await this.#turns.over();
    return answer;
  }

  /** From the first time on that somebody could have a reason to connect. */
  async #listen(): Promise<Refusal | undefined> {
    const { listen, hal, identity } = this.#options;
    try {
      this.#listener ??= await listenPinned({
        address: listen.address,
        port: listen.channel,
        clock: hal.clock,
        credentials: identity.peerCredentials,
        // Who may do what is decided by key and protocol.
        pins: () => 'any',
        protocols: [channelProtocol, pairingProtocol],
        onSecured: (socket, from) => this.#accept(socket, from),
        onStranger: () => {},
      });
      return undefined;
    } catch (error) {
      if (!isHalError(error)) throw error;
      return refused('busy', `${error.message}. Choose another with --set listen.pair=PORT.`);
    }
  }

  #serveHello(): void {
    this.channel.serve('hello', async ({ head }) => {
      const hello = helloSchema.parse(head);
      await this.#learn(hello, this.#from);
      return { head: this.#hello() };
    });
  }

  #hello() {
    const { hal, version } = this.#options;
    return {
      name: hal.addresses.own().hostName,
      version,
      beatPort: this.#beatPort,
      channelPort: this.#listener?.port ?? 0,
      witness: witnessName(this.membership().witness),
    };
  }

  /** Where the peer is found, if that changed. An address that still works is kept. */
  async #learn(hello: z.infer<typeof helloSchema>, from: string): Promise<void> {
    this.#standing = { ...this.#standing, version: hello.version, relation: 'peer' };
    const { membership } = this.#options;
    this.#meeting.heard(hello.witness, membership.current.witness);
    const { peer } = membership.current;
    if (peer === undefined) return;
    const moved = !this.channel.connected && from !== '';
    const place = {
      address: moved ? canonicalAddress(from) : peer.place.address,
      beatPort: hello.beatPort,
      channelPort: hello.channelPort,
    };
    if (JSON.stringify(place) === JSON.stringify(peer.place)) return;
    await membership.change((before) =>
      before.peer?.pin === peer.pin
        ? { ...before, peer: { ...before.peer, name: hello.name, place } }
        : before,
    );
  }

  #connected(connected: boolean): void {
    if (!connected) this.#meeting.parted();
    if (!connected || this.#stopped) return;
    const { signal } = this.#ending;
    const meet = async () => {
      const answer = await this.channel.request({ service: 'hello', head: this.#hello(), signal });
      await this.#learn(helloSchema.parse(answer.head), '');
      await this.book.exchange(signal);
    };
    meet().catch((error: unknown) => {
      this.#options.log.info('the peer did not greet', { why: String(error) });
    });
  }

  /**
   * It closed the connection: is this appliance not paired with it any more? One that is about to
   * be paired, in the place of a dead box say, may not have stored it yet: it is asked again.
   */
  #askRelation(peer: Peer): void {
    const { signal } = this.#ending;
    const ask = async () => {
      const relation = await this.pairing.relation(peer, signal);
      this.#standing = { ...this.#standing, relation };
      if (relation === undefined || relation === 'peer' || signal.aborted) return;
      if (this.#options.hal.clock.monotonicMs() < this.#appliedAtMs + pairLimits.pairingMs) return;
      this.#options.log.warn('the peer does not know this appliance', { relation });
      for (const { id } of this.book.list()) this.#thread?.event(id, { kind: 'unpaired' });
    };
    void ask();
  }

  // ---- the witness

  #refuseWitness(): Refusal | undefined {
    if (this.#options.membership.current.peer === undefined) {
      return refused('not-paired', 'this appliance is not paired');
    }
    if (this.book.list().length === 0) return undefined;
    return refused(
      'not-clusterable',
      'the pair has groups, whose rules would change under them: set the witness before them',
    );
  }

  #serveWitness(): void {
    this.channel.serve('witness', async ({ head }) => {
      const refusal = this.#refuseWitness();
      if (refusal !== undefined) throw new Error(refusal.message);
      const { witness } = witnessSchema.parse(head);
      const place =
        witness === undefined ? undefined : { ...witness, tls: witness.tls, login: witness.login };
      // A change makes the channel anew, and the answer has to leave before.
      const { hal, membership, log } = this.#options;
      hal.clock.startTimer(pairLimits.answeredMs, () => {
        membership
          .change((before) => ({ ...before, witness: place }))
          .catch((error: unknown) => log.error('the witness could not be kept', { error }));
      });
      return { head: null };
    });
  }

  // ---- another membership

  async #apply(): Promise<void> {
    if (this.#stopped) return;
    const { membership, log } = this.#options;
    const { peer, generation } = membership.current;
    this.#appliedAtMs = this.#options.hal.clock.monotonicMs();
    this.#ending.abort();
    this.#ending = new AbortController();
    this.channel.reset();
    this.#standing = aloneStanding;
    this.#meeting.parted();
    // One that was paired once still tells its last peer that it is not any more.
    const deaf = generation > 0 ? await this.#listen() : undefined;
    if (deaf !== undefined) log.error('the peer can not connect', { why: deaf.message });
    if (peer === undefined) {
      const thread = this.#thread;
      this.#thread = undefined;
      await thread?.stop();
    } else {
      await this.book.replaced(peer.nodeId);
      await this.#link();
      void this.#keepChannel(peer);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Somebody else may have its port for a while: tried again, and then the groups start anew. */
  async #link(): Promise<void> {
    const { membership, hal, log } = this.#options;
    const { signal } = this.#ending;
    const again = async () => {
      if (signal.aborted || this.#stopped) return;
      await this.#link();
      for (const listener of this.#listeners) listener();
    };
    this.#thread ??= this.#spawn();
    try {
      await this.#thread.setMembership(membership.current, membership.boot);
      this.#linkFailed = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!this.#linkFailed) log.error('the link to the peer does not work yet', { error });
      this.#linkFailed = true;
      hal.clock.startTimer(pairLimits.relinkMs, () => void this.#turns.take(again));
    }
  }

  #keepChannel(peer: Peer): Promise<void> {
    const { hal, identity } = this.#options;
    const { address, channelPort } = peer.place;
    return this.channel.keep({
      dial: (signal) =>
        dialPinned({
          address,
          port: channelPort,
          clock: hal.clock,
          credentials: identity.peerCredentials,
          pins: new Set([peer.pin]),
          protocols: [channelProtocol],
          signal,
        }),
      onShut: () => this.#askRelation(peer),
      signal: this.#ending.signal,
    });
  }

  #spawn(): PairThreadClient {
    const { hal, identity, listen, datagrams, urgency, log, spawnThread } = this.#options;
    const moved = makeMoveCell();
    const channel = spawnThread({
      nodeId: identity.nodeId,
      credentials: identity.peerCredentials,
      listen: { address: listen.address, port: this.#beatPort },
      datagrams,
      urgency,
      moved,
    });
    const { clock } = hal;
    const thread = createPairThread({ channel, moved, clock, log: log.child('link') });
    thread.onEchoes((_group, roundTripsMs) => {
      const sorted = roundTripsMs.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      const echoMs = { median, worst: sorted.at(-1) ?? 0 };
      this.#standing = { ...this.#standing, echoMs };
    });
    void thread.ended.then((why) => {
      if (!this.#stopped && this.#thread === thread) this.#options.onThreadLost(why);
      return undefined;
    });
    return thread;
  }
}

const aloneStanding: PeerStanding = {
  connected: false,
  version: undefined,
  relation: undefined,
  echoMs: undefined,
};

function plainWitness({ address, port, tls, login }: WitnessPlace) {
  return {
    address,
    port,
    ...(tls === undefined ? {} : { tls: { ...tls } }),
    ...(login === undefined ? {} : { login: { ...login } }),
  };
}
