// What a seed's faults do to its world, and its healing.
import type { GroupDefinition } from '../../../firmware/cluster/group-definition.ts';
import type { Timeline } from '../timeline.ts';
import type { PairBox } from './box.ts';
import type { Broker } from './broker.ts';
import type { Printer } from './devices.ts';
import type { Fault } from './faults.ts';
import type { Judge } from './judge.ts';
import type { Network } from './network.ts';

export interface World {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly broker: Broker | undefined;
  readonly judge: Judge;
  readonly printers: readonly Printer[];
  readonly nodes: { readonly a: PairBox; readonly b: PairBox };
  readonly definition: GroupDefinition;
}

export function schedule(world: World, fault: Fault): void {
  const { timeline, network, broker, nodes, printers } = world;
  const during = (begin: () => void, end: () => void) => {
    timeline.at(fault.atMs, begin);
    timeline.at(fault.atMs + fault.forMs, end);
  };
  switch (fault.kind) {
    case 'kill':
      during(
        () => (fault.power ? nodes[fault.node].cutPower() : nodes[fault.node].kill()),
        () => nodes[fault.node].start(),
      );
      return;
    case 'stop':
    case 'freeze': {
      const node = nodes[fault.node];
      const frozen = fault.kind === 'freeze';
      during(
        () => {
          node.frozen = frozen;
          node.stop();
        },
        () => {
          node.frozen = false;
          node.resume();
        },
      );
      return;
    }
    case 'cut':
      for (const [from, to] of fault.links) {
        during(
          () => void (network.link(from, to).cut = true),
          () => void (network.link(from, to).cut = false),
        );
      }
      return;
    case 'lossy':
      for (const [from, to] of fault.links) {
        const { loss, slowMs, repeat } = fault;
        during(
          () => void Object.assign(network.link(from, to), { loss, slowMs, repeat }),
          () => void Object.assign(network.link(from, to), { loss: 0, slowMs: 0, repeat: 0 }),
        );
      }
      return;
    case 'slow-disk':
      during(
        () => void (nodes[fault.node].diskSlowMs = fault.upToMs),
        () => void (nodes[fault.node].diskSlowMs = 0),
      );
      return;
    case 'witness-restart':
      timeline.at(fault.atMs, () => broker?.restart(fault.forMs));
      return;
    case 'witness-drops':
      timeline.at(fault.atMs, () => broker?.dropFor(fault.node, fault.forMs));
      return;
    case 'printer-off':
      for (const printer of printers.filter(({ id }) => id === fault.printer)) {
        during(
          () => printer.switchOff(),
          () => void (printer.on = true),
        );
      }
      return;
    case 'move':
      timeline.at(fault.atMs, () => {
        const timeoutMs = Math.min(fault.forMs, 10_000);
        for (const node of [nodes.a, nodes.b]) {
          if (node.state?.role === 'owner') node.event({ kind: 'move', timeoutMs });
        }
      });
      return;
    case 'offline':
      timeline.at(fault.atMs, () => bring(world, 'offline'));
      timeline.at(fault.atMs + fault.forMs, () => bring(world, 'online'));
      return;
    case 'sick': {
      const node = nodes[fault.node];
      during(
        () => void (node.sick = true),
        () => void (node.sick = false),
      );
      return;
    }
    case 'leave':
      timeline.at(fault.atMs, () => nodes[fault.node].event({ kind: 'leave' }));
      timeline.at(fault.atMs + 2_000, () => nodes[fault.node].kill());
      timeline.at(fault.atMs + 2_000 + fault.forMs, () => nodes[fault.node].start());
  }
}

export function heal({ network, nodes, printers }: World): void {
  network.heal();
  for (const printer of printers) printer.on = true;
  for (const node of [nodes.a, nodes.b]) {
    node.diskSlowMs = 0;
    node.frozen = false;
    node.sick = false;
    node.resume();
    node.start();
  }
}

/** A person asks the owner, whoever that is. */
export function bring({ timeline, nodes }: World, wanted: 'online' | 'offline'): void {
  for (const box of [nodes.a, nodes.b]) {
    if (!box.live()) continue;
    box.run(() => {
      timeline.touch();
      const { host } = box.process ?? {};
      const { signal } = new AbortController();
      if (wanted === 'online') void host?.bringOnline(signal);
      else void host?.takeOffline(signal);
    });
  }
}

/** When a node that left is back. */
export function leaveMs({ atMs, forMs }: Fault): number {
  return atMs + 2_000 + forMs;
}
