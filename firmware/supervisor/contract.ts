// What the supervisor does for the process that it serves: the hands of each group on the network.
//
// `platen supervise` is the parent of `platen serve` and holds the network capabilities; the two
// talk over a pipe. The supervisor ends by itself what the lease no longer covers: it takes
// addresses down when the lease ends unrenewed, and when its child ends, whatever the child does.
// Times are monotonic and of the one machine, so both processes mean the same.
import type { NetworkAbilities, PlacedAddress } from '../../hal/network.ts';
import type { Term } from '../store/contract.ts';

/** A group as the network sees it. */
export interface WireGroup {
  readonly id: string;
  readonly addresses: readonly PlacedAddress[];
}

/** All that the supervisor has to know; a later one replaces it. */
export interface WireSetup {
  readonly groups: readonly WireGroup[];
  /** The interface of probes and arbiters, and this box's own address there. */
  readonly link: { readonly interfaceName: string; readonly address: string } | undefined;
  readonly peerAddress: string | undefined;
  /** Asked by unicast ARP: the gateway, and printers of the groups. */
  readonly arbiters: readonly string[];
}

/** The cluster's events of the same names, and what people should know. */
export type WireEvent =
  | {
      readonly kind: 'probe-answered';
      readonly group: string;
      readonly askedAtMs: number;
      readonly by: 'owner' | 'conflict';
      readonly of: 'group' | 'node';
    }
  | { readonly kind: 'arbiter-replied'; readonly askedAtMs: number }
  | { readonly kind: 'carrier'; readonly up: boolean }
  /** The lease ended unrenewed: addresses and sockets of the group are gone. */
  | { readonly kind: 'taken-down'; readonly group: string };

export interface Wire {
  /** Undefined: there is no supervisor, and so no addresses. */
  readonly abilities: NetworkAbilities | undefined;
  /**
   * Groups that are new lose addresses and sockets of an earlier process first. Resolves when that
   * is done.
   */
  setUp(setup: WireSetup): Promise<void>;
  /**
   * Takes the group's addresses, or renews them, to end with the lease at `untilMs`. Resolves when
   * the kernel has them; rejects with a WireError. Without abilities it resolves at once.
   */
  renew(group: string, lease: { readonly untilMs: number; readonly term: Term }): Promise<void>;
  /**
   * Clients that connect from now on get no answer, until the fence. Where no gate is there it does
   * nothing. Never rejects.
   */
  hold(group: string): Promise<void>;
  /**
   * Deletes the group's addresses and destroys what is bound to them. Whoever calls has reset its
   * own sockets before. Resolves when nothing can leave any more; never rejects.
   */
  fence(group: string): Promise<void>;
  /** Asks for the group's addresses and for the peer's own. */
  probe(group: string): void;
  askArbiters(): void;
  onEvent(listener: (event: WireEvent) => void): () => void;
  /** Resolves with the reason when the supervisor is gone: then this process has to end. */
  readonly ended: Promise<string>;
  close(): void;
}

/** The supervisor could not do it: one sentence, and what to do. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
