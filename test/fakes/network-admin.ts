// A kernel's network on the virtual clock: addresses that end, gates that close, sockets that are
// bound to them, and a link whose answers a test gives.
import type { Clock } from '../../hal/contract.ts';
import type {
  LinkAnswer,
  NetworkAbilities,
  NetworkAdmin,
  PlacedAddress,
} from '../../hal/network.ts';

export interface FakeNetwork extends NetworkAdmin {
  /** What was done, in order: `renew 10.0.0.50`, `destroy 10.0.0.50`, `announce 10.0.0.50` … */
  readonly deeds: string[];
  /** The kernel has the address, and its packets pass. */
  passes(address: string): boolean;
  has(address: string): boolean;
  answer(address: string, mac: string): void;
  carrierUp: boolean;
  /** Calls of this kind wait until it is released. */
  hold(kind: string): () => void;
}

export interface FakeNetworkOptions {
  readonly clock: Clock;
  readonly gated?: boolean;
}

export function createFakeNetwork({ clock, gated = true }: FakeNetworkOptions): FakeNetwork {
  const addresses = new Map<string, number>();
  const gates = new Map<string, number>();
  const guarded = new Set<string>();
  const deeds: string[] = [];
  const holds = new Map<string, Promise<void>>();
  let onAnswer: (answer: LinkAnswer) => void = () => undefined;
  let askedAtMs = 0;
  const has = (address: string) => (addresses.get(address) ?? 0) > clock.monotonicMs();
  const abilities: NetworkAbilities = {
    addresses: { can: true },
    link: { can: true },
    gate: gated ? { can: true } : { can: false, why: 'nft does not exist' },
  };
  const deed = async (kind: string, what: string): Promise<void> => {
    await holds.get(kind);
    deeds.push(`${kind} ${what}`);
  };
  const network: FakeNetwork = {
    deeds,
    carrierUp: true,
    has,
    passes: (address) =>
      has(address) && (!guarded.has(address) || (gates.get(address) ?? 0) > clock.monotonicMs()),
    answer: (address, mac) => onAnswer({ address, mac, askedAtMs }),
    hold(kind) {
      const held = Promise.withResolvers<void>();
      holds.set(kind, held.promise);
      return () => {
        holds.delete(kind);
        held.resolve();
      };
    },
    async abilities() {
      await holds.get('abilities');
      return abilities;
    },
    async renewAddress({ address }: PlacedAddress, lifetimeMs) {
      await deed('renew', address);
      addresses.set(address, clock.monotonicMs() + lifetimeMs);
    },
    async deleteAddress({ address }) {
      await deed('delete', address);
      addresses.delete(address);
    },
    async guard(list) {
      for (const address of list) guarded.add(address);
    },
    async openGate(list, openMs) {
      for (const address of list) gates.set(address, clock.monotonicMs() + openMs);
    },
    holdConnections: (list) => deed('hold', list.join(' ')),
    async closeGate(list) {
      await deed('close', list.join(' '));
      for (const address of list) gates.delete(address);
    },
    destroySockets: (address) => deed('destroy', address),
    openLink(_interfaceName, listener) {
      onAnswer = listener;
      return {
        mac: '02:00:00:00:00:01',
        ask(address, { mac }) {
          askedAtMs = clock.monotonicMs();
          deeds.push(`ask ${address}${mac === undefined ? '' : ` of ${mac}`}`);
        },
        announce: (address) => void deeds.push(`announce ${address}`),
        close: () => undefined,
      };
    },
    carrier: async () => network.carrierUp,
    close: async () => undefined,
  };
  return network;
}
