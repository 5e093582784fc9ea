// What a seed's faults do to its world, and its healing.
import type { GroupDefinition } from '../../../firmware/cluster/group-definition.ts';
import type { Timeline } from '../timeline.ts';
import type { PairBox } from './box.ts';
import type { Broker } from './broker.ts';
import type { Printer } from './devices.ts';
import { during, scheduleCommon } from './common-faults.ts';
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
  const { timeline, nodes, printers } = world;
  switch (fault.kind) {
    case 'kill':
      during(
        world,
        fault,
        () => (fault.power ? nodes[fault.node].cutPower() : nodes[fault.node].kill()),
        () => nodes[fault.node].start(),
      );
      return;
    case 'printer-off':
      for (const printer of printers.filter(({ id }) => id === fault.printer)) {
        during(
          world,
          fault,
          () => printer.switchOff(),
          () => void (printer.on = true),
        );
      }
      return;
    case 'offline':
      timeline.at(fault.atMs, () => bring(world, 'offline'));
      timeline.at(fault.atMs + fault.forMs, () => bring(world, 'online'));
      return;
    case 'sick': {
      const node = nodes[fault.node];
      during(
        world,
        fault,
        () => void (node.sick = true),
        () => void (node.sick = false),
      );
      return;
    }
    case 'replace': {
      const other = fault.node === 'a' ? 'b' : 'a';
      during(
        world,
        fault,
        () => nodes[fault.node].cutPower(),
        () => {
          nodes[fault.node].becomeNew();
          nodes[other].pairAnew();
        },
      );
      return;
    }
    case 'stop':
    case 'freeze':
    case 'cut':
    case 'lossy':
    case 'slow-disk':
    case 'witness-restart':
    case 'witness-drops':
    case 'move':
    case 'leave':
      scheduleCommon(world, fault);
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
