// All groups' wires of one box and the questions on its link: what the supervisor does with its
// capabilities, whoever asks.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { LinkAnswer, LinkPort, NetworkAbilities, NetworkAdmin } from '../../hal/network.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Log } from '../log/log.ts';
import type { WireEvent, WireSetup } from './contract.ts';
import { createGroupWire, type GroupWire } from './group-wire.ts';

export interface HandsOptions {
  readonly clock: Clock;
  readonly network: NetworkAdmin;
  readonly abilities: NetworkAbilities;
  readonly log: Log;
  readonly onEvent: (event: WireEvent) => void;
}

export interface Hands {
  setUp(setup: WireSetup): Promise<void>;
  renew(group: string, untilMs: number): Promise<void>;
  hold(group: string): Promise<void>;
  fence(group: string): Promise<void>;
  probe(group: string): void;
  askArbiters(): void;
  /** The served process ended: nothing leaves any more once it resolves. */
  mute(): Promise<void>;
  /** Everything of the network is given back. */
  close(): Promise<void>;
}

export function createHands(options: HandsOptions): Hands {
  const { clock, network, abilities, log, onEvent } = options;
  const wires = new Map<string, GroupWire>();
  const ports = new Map<string, LinkPort>();
  let setup: WireSetup = {
    groups: [],
    link: undefined,
    peerAddress: undefined,
    arbiters: [],
  };
  const macs = new Map<string, string>();
  let peerMac: string | undefined;
  let probedAtMs = -Infinity;
  let learning: Timer | undefined;
  let looking: Timer | undefined;
  let carrier: boolean | undefined;

  const onAnswer = (answer: LinkAnswer): void => {
    macs.set(answer.address, answer.mac);
    if (setup.arbiters.includes(answer.address)) {
      onEvent({ kind: 'arbiter-replied', askedAtMs: answer.askedAtMs });
    }
    const isPeer = answer.address === setup.peerAddress;
    const probing = clock.monotonicMs() < probedAtMs + supervisorLimits.learnAfterProbeMs;
    if (isPeer && (!probing || peerMac === undefined)) peerMac = answer.mac;
    if (!probing) return;
    const by = peerMac === undefined || answer.mac === peerMac ? 'owner' : 'conflict';
    const { askedAtMs } = answer;
    for (const group of setup.groups) {
      const isGroups = group.addresses.some(({ address }) => address === answer.address);
      if (isGroups)
        onEvent({ kind: 'probe-answered', group: group.id, askedAtMs, by, of: 'group' });
      if (isPeer) onEvent({ kind: 'probe-answered', group: group.id, askedAtMs, by, of: 'node' });
    }
  };

  const linkPort = (interfaceName: string): LinkPort | undefined => {
    const open = ports.get(interfaceName);
    if (open !== undefined || !abilities.link.can) return open;
    try {
      const opened = network.openLink(interfaceName, onAnswer);
      ports.set(interfaceName, opened);
      return opened;
    } catch (error) {
      log.warn('the link can not be used', { interface: interfaceName, error });
      return undefined;
    }
  };

  const ask = (address: string): void => {
    const { link } = setup;
    if (link === undefined) return;
    const mac = macs.get(address);
    linkPort(link.interfaceName)?.ask(address, { from: link.address, ...(mac && { mac }) });
  };

  const learn = (): void => {
    const { peerAddress } = setup;
    const probing = clock.monotonicMs() < probedAtMs + supervisorLimits.learnAfterProbeMs;
    if (peerAddress !== undefined && !probing) ask(peerAddress);
    learning = clock.startTimer(supervisorLimits.learnPeerMs, learn);
  };

  const look = async (): Promise<void> => {
    const { link } = setup;
    const now = link === undefined ? undefined : await network.carrier(link.interfaceName);
    const up = now ?? true;
    if (up !== carrier) {
      carrier = up;
      onEvent({ kind: 'carrier', up });
    }
    looking = clock.startTimer(supervisorLimits.carrierMs, () => void look());
  };

  const wireOf = (id: string): GroupWire => {
    const wire = wires.get(id);
    if (wire === undefined) throw new Error(`there is no group ${id} here`);
    return wire;
  };

  const all = async (work: (wire: GroupWire) => Promise<void>): Promise<void> => {
    await Promise.all([...wires.values()].map(work));
  };

  return {
    async setUp(next) {
      const before = new Map(setup.groups.map((group) => [group.id, JSON.stringify(group)]));
      setup = next;
      carrier = undefined;
      const kept = new Set<string>();
      for (const group of next.groups) {
        if (wires.has(group.id) && before.get(group.id) === JSON.stringify(group)) {
          kept.add(group.id);
        }
      }
      for (const [id, wire] of wires) {
        if (kept.has(id)) continue;
        wires.delete(id);
        await wire.takeDown();
      }
      const made = next.groups.filter(({ id }) => !kept.has(id));
      for (const { id, addresses } of made) {
        wires.set(
          id,
          createGroupWire({
            clock,
            network,
            addresses: abilities.addresses.can ? addresses : [],
            gated: abilities.gate.can,
            link: linkPort,
            log,
            onTakenDown: () => onEvent({ kind: 'taken-down', group: id }),
          }),
        );
      }
      await Promise.all(made.map(async ({ id }) => wires.get(id)?.prepare()));
      learning?.cancel();
      looking?.cancel();
      learn();
      await look();
    },
    renew: async (group, untilMs) => wireOf(group).renew(untilMs),
    hold: async (group) => wires.get(group)?.hold(),
    fence: async (group) => wires.get(group)?.takeDown(),
    probe(group) {
      probedAtMs = clock.monotonicMs();
      const found = setup.groups.find(({ id }) => id === group);
      for (const { address } of found?.addresses ?? []) askProbe(address);
      if (setup.peerAddress !== undefined) askProbe(setup.peerAddress);
    },
    askArbiters() {
      for (const address of setup.arbiters) ask(address);
    },
    mute: () => all((wire) => wire.mute()),
    async close() {
      learning?.cancel();
      looking?.cancel();
      await all((wire) => wire.takeDown());
      for (const port of ports.values()) port.close();
      await network.close();
    },
  };

  /** To the owner's MAC alone where it is known: another's answer would be a conflict. */
  function askProbe(address: string): void {
    const { link } = setup;
    if (link === undefined) return;
    const mac = peerMac;
    linkPort(link.interfaceName)?.ask(address, { from: link.address, ...(mac && { mac }) });
  }
}
