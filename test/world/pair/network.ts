// The Ethernet segment of a pair: links that lose, delay, repeat and are cut, in one direction or
// both.
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';

export type Host = 'a' | 'b' | 'witness' | 'gateway' | 'printers';

const hosts: readonly Host[] = ['a', 'b', 'witness', 'gateway', 'printers'];
const hostIndex = { a: 0, b: 1, witness: 2, gateway: 3, printers: 4 } as const;

function indexOf(from: Host, to: Host): number {
  return hostIndex[from] * hosts.length + hostIndex[to];
}

export interface LinkState {
  cut: boolean;
  /** Share of packets lost. */
  loss: number;
  /** Added to each delay. */
  slowMs: number;
  /** Share of datagrams that come twice. */
  repeat: number;
}

export interface Network {
  link(from: Host, to: Host): LinkState;
  /** May be lost, late, out of order and twice. */
  datagram(from: Host, to: Host, deliver: () => void): void;
  /** ARP, which only kernels see: a question, or its answer. */
  arp(from: Host, to: Host, what: 'question' | 'answer', deliver: () => void): void;
  answeredAtMs(from: Host, to: Host): number;
  /** In order or not at all: held while the link is cut, given up when it is cut for too long. */
  stream(from: Host, to: Host, channel: string, deliver: () => void): void;
  heal(): void;
}

/** TCP_USER_TIMEOUT of the pair's connections: what is older is never delivered. */
const streamTimeoutMs = 10_000;
const retransmitMs = 210;
const pollMs = 50;

interface Stream {
  readonly from: Host;
  readonly to: Host;
  readonly queue: { readonly sinceMs: number; readonly deliver: () => void }[];
  lastMs: number;
  pumping: boolean;
}

export function createNetwork(timeline: Timeline, random: SeededRandom): Network {
  const links = Array.from({ length: hosts.length ** 2 }, () => ({
    cut: false,
    loss: 0,
    slowMs: 0,
    repeat: 0,
  }));
  const streams = links.map(() => new Map<string, Stream>());
  const answered = links.map(() => -Infinity);

  const link = (from: Host, to: Host): LinkState => {
    const state = links[indexOf(from, to)];
    if (state === undefined) throw new Error(`no link from ${from} to ${to}`);
    return state;
  };
  const delayMs = (state: LinkState) => {
    const jitterMs = random.chance(0.01) ? random.between(0, 30) : random.between(0, 1.5);
    return 0.2 + jitterMs + (state.slowMs > 0 ? random.between(0, state.slowMs) : 0);
  };
  /**
   * Sends the head of the queue, again until it gets through or is given up; the rest waits behind
   * it.
   */
  const pump = (stream: Stream) => {
    for (let head = stream.queue[0]; head !== undefined; head = stream.queue[0]) {
      const state = link(stream.from, stream.to);
      if (timeline.nowMs - head.sinceMs > streamTimeoutMs) {
        stream.queue.shift();
        continue;
      }
      if (state.cut || random.chance(state.loss)) {
        timeline.after(state.cut ? pollMs : retransmitMs, () => pump(stream));
        return;
      }
      const { deliver } = head;
      stream.queue.shift();
      stream.lastMs = Math.max(timeline.nowMs + delayMs(state), stream.lastMs);
      timeline.at(stream.lastMs, deliver);
    }
    stream.pumping = false;
  };

  return {
    link,
    datagram(from, to, deliver) {
      const state = link(from, to);
      if (state.cut || random.chance(state.loss)) return;
      timeline.after(delayMs(state), deliver);
      if (random.chance(state.repeat)) {
        timeline.after(delayMs(state) + random.between(0, 40), deliver);
      }
    },
    answeredAtMs: (from, to) => answered[indexOf(from, to)] ?? -Infinity,
    arp(from, to, what, deliver) {
      const state = link(from, to);
      if (state.cut || random.chance(state.loss)) return;
      timeline.after(delayMs(state), () => {
        if (what === 'answer') answered[indexOf(from, to)] = timeline.nowMs;
        deliver();
      });
    },
    stream(from, to, channel, deliver) {
      const ofLink = streams[indexOf(from, to)];
      const stream = ofLink?.get(channel) ?? { from, to, queue: [], lastMs: 0, pumping: false };
      ofLink?.set(channel, stream);
      stream.queue.push({ sinceMs: timeline.nowMs, deliver });
      if (stream.pumping) return;
      stream.pumping = true;
      pump(stream);
    },
    heal() {
      for (const state of links) {
        Object.assign(state, { cut: false, loss: 0, slowMs: 0, repeat: 0 });
      }
    },
  };
}
