// The responder's state, what happens to it, and what it wants done: plain data, no I/O.
import type { SocketAddress } from '../../../hal/contract.ts';
import type { DnsMessage, DnsRecord } from '../../../monitors/wire/dns/message.ts';
import type { KeptName, Service } from '../contract.ts';
import { nameKey } from '../names.ts';

/** One IP family on one interface: a network of its own to mDNS. */
export interface Link {
  readonly id: string;
  readonly interfaceName: string;
  readonly family: 4 | 6;
  /** Every address of the interface, of both families. */
  readonly addresses: readonly string[];
}

/** What shall be announced: a host name with addresses, or an instance with services. */
export type Wish = HostWish | InstanceWish;

export interface HostWish {
  readonly kind: 'host';
  readonly id: string;
  readonly wanted: string;
  readonly kept: KeptName | undefined;
  /** Addresses by interface name. Where there are none the host is not announced. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly probe: boolean;
}

export interface InstanceWish {
  readonly kind: 'instance';
  readonly id: string;
  readonly hostId: string;
  readonly wanted: string;
  readonly kept: KeptName | undefined;
  readonly services: readonly Service[];
  readonly probe: boolean;
}

/** A wish with the name that it has now. */
export interface Claim {
  readonly wish: Wish;
  readonly name: string;
  /** The name was established, and its keeper told. */
  readonly told: boolean;
  /** Names that turned out to be somebody else's, by `nameKey`. */
  readonly tried: ReadonlySet<string>;
  /** When conflicts came, within the last window. */
  readonly conflictsMs: readonly number[];
}

/** Where a claim stands on one link. */
export type Phase =
  /** An instance whose host has no name on this link yet. */
  | { readonly kind: 'waiting'; readonly next: 'probing' | 'announcing' }
  | { readonly kind: 'probing'; readonly sent: number; readonly dueMs: number }
  | { readonly kind: 'announcing'; readonly sent: number; readonly dueMs: number }
  | { readonly kind: 'settled' };

/** Answers to one question that wait for their moment. */
export interface Pending {
  readonly dueMs: number;
  readonly records: readonly DnsRecord[];
  /** Who asked, and may send more known answers. */
  readonly from: string;
}

/** The records that one link may be told, by name. */
export type OwnRecords = ReadonlyMap<string, readonly DnsRecord[]>;

export interface ResponderState {
  /** Tells this appliance from others in names: part of a serial number. */
  readonly distinction: string;
  readonly links: ReadonlyMap<string, Link>;
  readonly claims: ReadonlyMap<string, Claim>;
  /** By `phaseKey`. */
  readonly phases: ReadonlyMap<string, Phase>;
  /** By link. */
  readonly outbox: ReadonlyMap<string, readonly Pending[]>;
  /** When each record was last multicast, by `link record`. */
  readonly multicastMs: ReadonlyMap<string, number>;
}

/** The state while one event works on it, and what came of it. */
export interface Draft {
  readonly distinction: string;
  readonly links: Map<string, Link>;
  readonly claims: Map<string, Claim>;
  readonly phases: Map<string, Phase>;
  readonly outbox: Map<string, readonly Pending[]>;
  readonly multicastMs: Map<string, number>;
  /** Made when it is first asked for; dropped when claims, phases or links change. */
  readonly own: Map<string, OwnRecords>;
  readonly effects: ResponderEffect[];
  readonly nowMs: number;
  /** A number in [0, 1). */
  readonly draw: () => number;
}

export type ResponderEvent =
  | { readonly kind: 'links'; readonly links: readonly Link[] }
  /** All that shall be announced from now on. */
  | { readonly kind: 'wishes'; readonly wishes: readonly Wish[] }
  | {
      readonly kind: 'datagram';
      readonly linkId: string;
      readonly from: SocketAddress;
      readonly message: DnsMessage;
    }
  /** Time has passed. */
  | { readonly kind: 'tick' };

export type ResponderEffect =
  | {
      readonly kind: 'send';
      readonly linkId: string;
      readonly message: DnsMessage;
      /** Multicast without it. */
      readonly to?: SocketAddress;
      /** The receiver is a plain resolver: names in SRV are not compressed. */
      readonly legacy?: true;
    }
  | {
      readonly kind: 'conflict';
      readonly claimId: string;
      readonly name: string;
      /** The other's address. */
      readonly by: string;
      /** Undefined: the name is defended first. */
      readonly renamedTo: string | undefined;
    }
  /** The name is established: to be kept for ever. */
  | { readonly kind: 'named'; readonly claimId: string; readonly kept: KeptName };

export function emptyResponder(distinction: string): ResponderState {
  return {
    distinction,
    links: new Map(),
    claims: new Map(),
    phases: new Map(),
    outbox: new Map(),
    multicastMs: new Map(),
  };
}

export function openDraft(state: ResponderState, nowMs: number, draw: () => number): Draft {
  return {
    distinction: state.distinction,
    links: new Map(state.links),
    claims: new Map(state.claims),
    phases: new Map(state.phases),
    outbox: new Map(state.outbox),
    multicastMs: new Map(state.multicastMs),
    own: new Map(),
    effects: [],
    nowMs,
    draw,
  };
}

export function phaseKey(claimId: string, linkId: string): string {
  return `${linkId} ${claimId}`;
}

export function phaseOf(draft: Draft, claimId: string, linkId: string): Phase | undefined {
  return draft.phases.get(phaseKey(claimId, linkId));
}

export function setPhase(draft: Draft, claimId: string, linkId: string, phase: Phase): void {
  draft.phases.set(phaseKey(claimId, linkId), phase);
  draft.own.delete(linkId);
}

export function dropPhase(draft: Draft, claimId: string, linkId: string): void {
  draft.phases.delete(phaseKey(claimId, linkId));
  draft.own.delete(linkId);
}

/** May the link be told of it? */
export function isSaid(phase: Phase | undefined): boolean {
  return phase?.kind === 'announcing' || phase?.kind === 'settled';
}

export function setClaim(draft: Draft, claim: Claim): void {
  draft.claims.set(claim.wish.id, claim);
  draft.own.clear();
}

/** Names that this claim can not have: other claims of its kind have them, or somebody else. */
export function namesTaken(draft: Draft, wish: Wish, tried: Iterable<string> = []): Set<string> {
  const others = [...draft.claims.values()].filter(
    (claim) => claim.wish.kind === wish.kind && claim.wish.id !== wish.id,
  );
  return new Set([...tried, ...others.map(({ name }) => nameKey(name))]);
}

export function delayMs(
  { least, spread }: { least: number; spread: number },
  draft: Draft,
): number {
  return least + draft.draw() * spread;
}
