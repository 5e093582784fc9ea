// What lies between the two appliances of a pair: who the peer is, the link that carries the
// machines' messages, the thread in which it runs, and the channel for records and documents.
//
// Two threads. The *pair thread* (firmware/entry/pair-worker.ts) holds brokers, clients, datagrams
// and the groups' machines with their timers, so that the main thread's garbage collection is no
// failover; it falls silent once the main thread has not moved for 1 s. The *main thread* holds
// store, spoolers, supervisor, API and the peer channel. Between them go only values: effects one
// way, events the other, and each group's lease through shared memory (`SharedLease`).
import type { GrantedUrgency } from '../../hal/priority.ts';
import type { ClusterEvent } from '../cluster/contract/event.ts';
import type { Effect } from '../cluster/contract/effect.ts';
import type { Message, Path, Role } from '../cluster/contract/message.ts';
import type { Durable, GroupConfig, GroupState, LogShape } from '../cluster/contract/state.ts';
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { GroupResources } from '../cluster/groups.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Term } from '../store/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';

// ---- who the peer is

/** Where an appliance of the pair listens; `address` is canonical and never a name. */
export interface PeerPlace {
  readonly address: string;
  /** MQTT over TCP and heartbeats over UDP. */
  readonly beatPort: number;
  /** The peer channel, and pairing. */
  readonly channelPort: number;
}

export interface Peer {
  readonly nodeId: string;
  /** SubjectPublicKeyInfo, DER: the one key that is the peer. */
  readonly publicKey: Uint8Array;
  /** `IdentityKey.fingerprint` of it. */
  readonly pin: string;
  /** For people: its host name when it was paired. */
  readonly name: string;
  readonly place: PeerPlace;
}

/** Durable; changes by pairing, unpairing, replacing, and where the peer is found elsewhere. */
export interface Membership {
  /** Of this pair or the last one; it only grows. */
  readonly generation: number;
  readonly peer: Peer | undefined;
  /** 32 bytes that both know since pairing: seals datagrams and what goes through the witness. */
  readonly secret: Uint8Array | undefined;
  readonly witness: WitnessPlace | undefined;
}

/** A broker on neither appliance. Set while no group is online; both nodes hold the same. */
export interface WitnessPlace {
  readonly address: string;
  readonly port: number;
  /** `tls`: the broker's key is pinned, by the same form of fingerprint as everywhere. */
  readonly tls: { readonly pin: string } | undefined;
  readonly login: { readonly name: string; readonly password: string } | undefined;
}

// ---- the link: in the pair thread

/** What the link tells of one group; the machine's events of the same names. */
export type LinkEvent = Extract<
  ClusterEvent,
  {
    kind: 'message' | 'peer-closed' | 'witness-connected' | 'witness-lost' | 'unpaired';
  }
>;

/**
 * Carries the machines' messages. Nothing is kept: what can not be sent now is lost, and the rules
 * are made for that. Heartbeats, echoes, asks, grants and fences go over both MQTT connections and
 * as datagrams, so they arrive more than once; all else over one connection of its own, so that a
 * batch of records delays no heartbeat.
 *
 * Life cycle: created closed; `join` for each group, in any order; `start`, then `stop`.
 */
export interface PairLink {
  /** The group's messages and connections from now on; returns how to end that. */
  join(group: string, onEvent: (event: LinkEvent) => void): () => void;
  /** Never throws, never waits. */
  send(path: Path, group: string, message: Message): void;
  /** Of the peer, as it is now. */
  readonly state: LinkState;
  onState(listener: (state: LinkState) => void): () => void;
}

export interface LinkState {
  /** We are its broker's client; it is ours; a datagram of it came in the last second. */
  readonly paths: { readonly outgoing: boolean; readonly incoming: boolean; readonly udp: boolean };
  readonly witness: 'none' | 'connected' | 'lost';
  /** Connection number of the witness; only grows, for the whole node. */
  readonly witnessConnection: number;
  /** Last sign of it, monotonic; undefined: none since the start. */
  readonly heardAtMs: number | undefined;
}

// ---- between the threads

/** Every effect but `send`, which the pair thread does itself. */
export type HandsEffect = Exclude<Effect, { kind: 'send' }>;

/** What the main thread tells the pair thread. Values that structuredClone copies. */
export type ToPairThread =
  | { readonly kind: 'membership'; readonly membership: Membership; readonly boot: number }
  | {
      readonly kind: 'start-group';
      readonly group: string;
      readonly config: GroupConfig;
      readonly durable: Durable;
      readonly log: LogShape;
      readonly lease: SharedArrayBuffer;
    }
  | { readonly kind: 'stop-group'; readonly group: string }
  | { readonly kind: 'event'; readonly group: string; readonly event: ClusterEvent }
  | { readonly kind: 'stop' };

/** What the pair thread tells the main thread. */
export type FromPairThread =
  | { readonly kind: 'ready'; readonly beatPort: number }
  | { readonly kind: 'failed'; readonly message: string }
  /** How soon the kernel serves the thread. */
  | { readonly kind: 'urgency'; readonly granted: GrantedUrgency }
  | { readonly kind: 'link'; readonly state: LinkState }
  | { readonly kind: 'effects'; readonly group: string; readonly effects: readonly HandsEffect[] }
  | { readonly kind: 'group'; readonly group: string; readonly view: GroupView }
  /** Round trips of heartbeats and their echoes since the last time, by group. */
  | { readonly kind: 'echoes'; readonly group: string; readonly roundTripsMs: readonly number[] }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn'; readonly text: string };

/** A group's machine for people and for whoever asks who owns it; told when it changes. */
export interface GroupView {
  readonly role: Role;
  readonly term: Term;
  /** An owner's or a standby's, as in its heartbeat. */
  readonly mode: 'in-step' | 'exposed' | 'outdated';
  /** The node that owns the group as far as this one knows. */
  readonly owner: string | undefined;
  readonly leaseBy: GroupState['leaseBy'];
  /** It owns the group and goes on alone; an owner that waits for its standby does not yet. */
  readonly alone: boolean;
  /** Times without a fresh lease that are remembered. */
  readonly lapses: number;
}

/** When live() of a machine holds, on the monotonic clock; never where `untilMs` is 0. */
export interface LeaseWindow {
  /** Of the ownership that it belongs to. */
  readonly term: Term;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The main thread's end: what `hands` works with. */
export interface PairThread {
  readonly link: LinkState;
  /** Undefined until the thread has said it. */
  readonly urgency: GrantedUrgency | undefined;
  onLink(listener: (state: LinkState) => void): () => void;
  view(group: string): GroupView | undefined;
  onView(listener: (group: string, view: GroupView) => void): () => void;
  /** About once a second: round trips of heartbeats and their echoes, in milliseconds. */
  onEchoes(listener: (group: string, roundTripsMs: readonly number[]) => void): () => void;
  /**
   * The group's machine starts, as a standby that is outdated. `perform` gets its effects in order
   * and answers by `event`. The lease is readable at once, without asking the other thread.
   */
  startGroup(start: {
    readonly group: string;
    readonly config: GroupConfig;
    readonly durable: Durable;
    readonly log: LogShape;
    readonly perform: (effect: HandsEffect) => void;
  }): { readonly lease: GroupLease };
  stopGroup(group: string): void;
  event(group: string, event: ClusterEvent): void;
  /** The thread is gone: nothing is sent any more, and leases end. */
  readonly ended: Promise<string>;
}

/** `rules.live` of the group's machine, as a Permit asks it, in the main thread. */
export interface GroupLease {
  /** False for the term of an ownership that is over, whatever the present one may. */
  live(term: Term): boolean;
  /** Monotonic; what the supervisor is told. */
  untilMs(): number;
}

// ---- the peer channel: in the main thread

/**
 * One request to the peer and its answer, over mutual TLS that both ends pinned; many at once on
 * one connection (HTTP/2), each with its own flow control: `body` is pulled, and an unread one
 * stops its sender. Used for documents by digest, snapshots, records in bulk, forwarded changes.
 */
export interface PeerChannel {
  /**
   * Rejects with a PeerError: `away`, `aborted`, `refused` (the peer's handler threw). `head` has
   * at most 64 KiB as JSON.
   */
  request(call: PeerCall): Promise<PeerAnswer>;
  /** A request of the peer for this service goes to `handler`; one handler a service. */
  serve(service: string, handler: PeerHandler): () => void;
  readonly connected: boolean;
  onConnected(listener: (connected: boolean) => void): () => void;
}

export interface PeerCall {
  /** `document`, `snapshot`, `api` …: letters, digits, hyphens. */
  readonly service: string;
  readonly head: JsonValue;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface PeerAnswer {
  readonly head: JsonValue;
  /** Must be read to its end or returned early; ends early by throwing a PeerError. */
  readonly body: AsyncIterable<Uint8Array>;
}

export type PeerHandler = (call: {
  readonly head: JsonValue;
  readonly body: AsyncIterable<Uint8Array>;
  /** The peer gave up, or the connection is gone. */
  readonly signal: AbortSignal;
}) => Promise<{ readonly head: JsonValue; readonly body?: AsyncIterable<Uint8Array> }>;

// ---- the groups of the pair: in the main thread

/** What both nodes know of the groups: kept here, and handed to the peer as it changes. */
export interface GroupBook {
  list(): readonly GroupDefinition[];
  /** By id, or by name without regard to case. */
  find(idOrName: string): GroupDefinition | undefined;
  /** By id: it was a group of the pair once, and is none any more. */
  isRemoved(id: string): boolean;
  /** A group was made, changed or removed, here or by the peer. */
  onChange(listener: () => void): () => void;
}

/**
 * A running group on this node, as its administration needs it: made by whoever runs the group's
 * spooler. The id of that spooler is the group's.
 */
export interface GroupControl {
  /** Undefined where this node does not own the group: the peer knows. */
  resources(group: string): GroupResources | undefined;
  /** On the owner: hands the group to the peer in order. Resolves when it is done, or why not. */
  move(group: string): Promise<{ readonly kind: 'done' } | Refusal>;
  /** On the owner: ends its jobs within the job completion time-out, then takes it offline. */
  takeOffline(group: string): Promise<{ readonly kind: 'done' } | Refusal>;
  bringOnline(group: string): Promise<{ readonly kind: 'done' } | Refusal>;
  /** Leaves in order with all groups, before the process ends or the node is unpaired. */
  leave(): Promise<void>;
}

export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly code: 'away' | 'aborted' | 'refused';

  constructor(code: PeerError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
