// The faults that both simulations, of the machine and of whole boxes, have alike.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import type { Timeline } from '../timeline.ts';
import type { Broker } from './broker.ts';
import type { NodeName } from './judge.ts';
import type { Fault } from './faults.ts';
import type { Network } from './network.ts';

export interface FaultyNode {
  frozen: boolean;
  diskSlowMs: number;
  readonly state: Pick<GroupState, 'role'> | undefined;
  start(): void;
  kill(): void;
  stop(): void;
  resume(): void;
  event(event: ClusterEvent): void;
}

export interface FaultyWorld {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly broker: Broker | undefined;
  readonly nodes: Readonly<Record<NodeName, FaultyNode>>;
}

/** From the word of a node that it leaves to its end. */
const leavingMs = 2_000;

/** When a node that left is back. */
export function leaveMs({ atMs, forMs }: Fault): number {
  return atMs + leavingMs + forMs;
}

export function during(
  { timeline }: Pick<FaultyWorld, 'timeline'>,
  { atMs, forMs }: Fault,
  begin: () => void,
  end: () => void,
): void {
  timeline.at(atMs, begin);
  timeline.at(atMs + forMs, end);
}

export function scheduleCommon(world: FaultyWorld, fault: Fault): void {
  const { timeline, network, broker, nodes } = world;
  switch (fault.kind) {
    case 'stop':
    case 'freeze': {
      const node = nodes[fault.node];
      const frozen = fault.kind === 'freeze';
      during(
        world,
        fault,
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
          world,
          fault,
          () => void (network.link(from, to).cut = true),
          () => void (network.link(from, to).cut = false),
        );
      }
      return;
    case 'lossy':
      for (const [from, to] of fault.links) {
        const { loss, slowMs, repeat } = fault;
        during(
          world,
          fault,
          () => void Object.assign(network.link(from, to), { loss, slowMs, repeat }),
          () => void Object.assign(network.link(from, to), { loss: 0, slowMs: 0, repeat: 0 }),
        );
      }
      return;
    case 'slow-disk':
      during(
        world,
        fault,
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
    case 'move':
      timeline.at(fault.atMs, () => {
        const timeoutMs = Math.min(fault.forMs, 10_000);
        for (const node of [nodes.a, nodes.b]) {
          if (node.state?.role === 'owner') node.event({ kind: 'move', timeoutMs });
        }
      });
      return;
    case 'leave':
      timeline.at(fault.atMs, () => nodes[fault.node].event({ kind: 'leave' }));
      timeline.at(fault.atMs + leavingMs, () => nodes[fault.node].kill());
      timeline.at(leaveMs(fault), () => nodes[fault.node].start());
      return;
    case 'kill':
    case 'printer-off':
    case 'offline':
    case 'sick':
    case 'replace':
      // Each level has its own.
      return;
  }
}
