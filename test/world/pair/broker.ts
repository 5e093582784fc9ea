// The witness: one broker with one topic in one order, which forgets everything when it restarts.
import type { Message } from '../../../firmware/cluster/contract/message.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Host, Network } from './network.ts';

export interface BrokerClient {
  readonly host: Host;
  /** Subscribed: what is published from now on comes, in the topic's order. */
  readonly onConnected: () => void;
  readonly onMessage: (message: Message) => void;
  readonly onClosed: () => void;
}

export interface BrokerConnection {
  publish(message: Message): void;
  close(): void;
}

export interface Broker {
  connect(client: BrokerClient): BrokerConnection;
  restart(downMs: number): void;
  /** Drops what a subscriber is sent, for longer than any lease: a subscriber that lags so far. */
  dropFor(host: Host, durationMs: number): void;
}

/** A client gives a connection up that answered nothing for so long. */
const keepAliveMs = 1_500;
const longestLeaseMs = 2_600;

export function createBroker(timeline: Timeline, random: SeededRandom, network: Network): Broker {
  let upFromMs = 0;
  let generation = 0;
  let nextChannel = 0;
  const subscribers = new Map<string, BrokerClient & { readonly open: () => boolean }>();
  const dropUntilMs = new Map<Host, number>();

  const publishToAll = (message: Message) => {
    for (const [channel, client] of subscribers) {
      if (timeline.nowMs < (dropUntilMs.get(client.host) ?? 0)) continue;
      network.stream('witness', client.host, channel, () => {
        if (client.open()) client.onMessage(message);
      });
    }
  };

  const connect = (client: BrokerClient): BrokerConnection => {
    const channel = `mqtt-${nextChannel}`;
    nextChannel += 1;
    let ofGeneration: number | undefined;
    let open = true;
    const close = () => {
      if (!open) return;
      open = false;
      client.onClosed();
    };
    // The broker sees a closed connection later, if at all.
    const forget = () =>
      timeline.after(random.between(0, keepAliveMs), () => void subscribers.delete(channel));
    network.stream(client.host, 'witness', channel, () => {
      if (timeline.nowMs < upFromMs) return;
      ofGeneration = generation;
      subscribers.set(channel, { ...client, open: () => open });
      network.stream('witness', client.host, channel, () => {
        if (open) client.onConnected();
      });
    });
    const watch = () => {
      if (!open) return;
      const { host } = client;
      const reachable = !network.link(host, 'witness').cut && !network.link('witness', host).cut;
      const alive = reachable && timeline.nowMs >= upFromMs && ofGeneration === generation;
      if (alive) {
        timeline.after(random.between(50, 250), watch);
        return;
      }
      timeline.after(reachable ? random.between(1, 60) : random.between(200, keepAliveMs), () => {
        const stillCut = network.link(host, 'witness').cut || network.link('witness', host).cut;
        if (reachable || stillCut) {
          forget();
          close();
        } else watch();
      });
    };
    timeline.after(300, watch);
    return {
      publish(message) {
        network.stream(client.host, 'witness', channel, () => {
          if (timeline.nowMs >= upFromMs && ofGeneration === generation) publishToAll(message);
        });
      },
      close() {
        open = false;
        forget();
      },
    };
  };

  return {
    connect,
    restart(downMs) {
      generation += 1;
      subscribers.clear();
      upFromMs = timeline.nowMs + downMs;
    },
    dropFor(host, durationMs) {
      dropUntilMs.set(host, timeline.nowMs + Math.max(durationMs, longestLeaseMs));
    },
  };
}
