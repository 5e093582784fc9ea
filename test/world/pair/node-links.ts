// How one node of the simulated pair reaches its peer, the arbiters and the witness; and ARP.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Message, Path } from '../../../firmware/cluster/contract/message.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Broker, BrokerConnection } from './broker.ts';
import type { NodeName } from './judge.ts';
import type { Network } from './network.ts';

export interface NodeLinks {
  send(path: Path, message: Message): void;
  askArbiter(): void;
  /** ARP for the group's address and the peer's own: answered by its kernel, whatever it does. */
  probe(): void;
  /** For a process that has just started. */
  connectWitness(): void;
  /** Its process ended. */
  drop(): void;
}

/** The other end, as far as cables know it. */
export interface LinkedBox {
  readonly kernel: { readonly addressOn: boolean };
  receive(message: Message): void;
}

export interface NodeLinksOptions {
  readonly name: NodeName;
  readonly peer: NodeName;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly broker: Broker | undefined;
  /** Heartbeats go as datagrams as well. */
  readonly datagrams: boolean;
  readonly localNowMs: () => number;
  readonly peerBox: () => LinkedBox;
  /** Binds an action to the process that runs now. */
  readonly inProcess: (action: () => void) => () => void;
  readonly feed: (event: ClusterEvent) => void;
  /** An arbiter's answer is handed over by this, so that what it changed can be seen. */
  readonly onArbiter: (answer: () => void) => () => void;
}

export function createNodeLinks(options: NodeLinksOptions): NodeLinks {
  const { name, peer, timeline, random, network, inProcess, feed } = options;
  let brokerConnection: BrokerConnection | undefined;
  let connections = 0;

  const connectWitness = () => {
    if (options.broker === undefined) return;
    connections += 1;
    const connection = connections;
    const closed = inProcess(() => {
      feed({ kind: 'witness-lost' });
      timeline.after(random.between(100, 400), inProcess(connectWitness));
    });
    brokerConnection = options.broker.connect({
      host: name,
      onConnected: inProcess(() => feed({ kind: 'witness-connected', connection })),
      onMessage: (message) =>
        inProcess(() => feed({ kind: 'message', path: 'witness', retained: false, message }))(),
      onClosed: closed,
    });
  };

  return {
    send(path, message) {
      if (path === 'witness') {
        brokerConnection?.publish(message);
        return;
      }
      const other = options.peerBox();
      network.stream(name, peer, 'link', () => other.receive(message));
      const { kind } = message.body;
      if (options.datagrams && (kind === 'heartbeat' || kind === 'echo')) {
        network.datagram(name, peer, () => other.receive(message));
      }
    },
    askArbiter() {
      const askedAtMs = options.localNowMs();
      const answer = options.onArbiter(() => feed({ kind: 'arbiter-replied', askedAtMs }));
      const reply = inProcess(answer);
      network.datagram(name, 'gateway', () => network.datagram('gateway', name, reply));
    },
    probe() {
      const askedAtMs = options.localNowMs();
      const other = options.peerBox();
      network.arp(name, peer, 'question', () => {
        const of = other.kernel.addressOn ? 'group' : 'node';
        const answered = () => feed({ kind: 'probe-answered', askedAtMs, by: 'owner', of });
        network.arp(peer, name, 'answer', inProcess(answered));
      });
    },
    connectWitness,
    drop() {
      brokerConnection?.close();
      brokerConnection = undefined;
    },
  };
}
