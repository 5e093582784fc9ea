// What goes wrong in a seed: drawn as data, so that it can be printed, played again and made smaller.
import type { SeededRandom } from '../random.ts';
import type { NodeName } from './judge.ts';
import type { Host } from './network.ts';

export type Fault =
  | {
      readonly kind: 'kill';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'stop' | 'freeze';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'cut';
      readonly links: readonly (readonly [Host, Host])[];
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'lossy';
      readonly links: readonly (readonly [Host, Host])[];
      readonly loss: number;
      readonly slowMs: number;
      readonly repeat: number;
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'slow-disk';
      readonly node: NodeName;
      readonly upToMs: number;
      readonly atMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'witness-restart'; readonly atMs: number; readonly forMs: number }
  | {
      readonly kind: 'witness-drops';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'move'; readonly atMs: number; readonly forMs: number }
  | {
      readonly kind: 'leave';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    };

const kinds = [
  'kill',
  'kill',
  'stop',
  'stop',
  'freeze',
  'cut',
  'cut',
  'cut',
  'lossy',
  'slow-disk',
  'witness-restart',
  'witness-drops',
  'move',
  'leave',
] as const;

/** Faults begin in this window, after the pair has had time to come up. */
export const faultsFromMs = 4_000;
export const faultsUntilMs = 20_000;

export function drawFaults(random: SeededRandom): readonly Fault[] {
  const count = random.integer(1, 7);
  // Faults that come together find more than those that are far apart.
  const centreMs = random.between(faultsFromMs + 2_000, faultsUntilMs);
  const faults = Array.from({ length: count }, () => {
    const together = random.chance(0.6);
    const atMs = together
      ? centreMs + random.between(-1_500, 1_500)
      : random.between(faultsFromMs, faultsUntilMs);
    return draw(random, Math.round(atMs));
  });
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function draw(random: SeededRandom, atMs: number): Fault {
  const kind = random.pick(kinds);
  const node = random.pick(['a', 'b']);
  const long = random.chance(0.4);
  const forMs = Math.round(long ? random.between(2_000, 15_000) : random.between(20, 2_000));
  switch (kind) {
    case 'cut':
      return { kind, links: drawLinks(random, node), atMs, forMs };
    case 'lossy': {
      const links = drawLinks(random, node);
      const loss = random.pick([0, 0.05, 0.15, 0.3]);
      const slowMs = random.pick([0, 0, 50, 300]);
      return { kind, links, loss, slowMs, repeat: random.pick([0, 0.1]), atMs, forMs };
    }
    case 'slow-disk':
      return { kind, node, upToMs: random.pick([100, 600, 3_000]), atMs, forMs };
    case 'witness-restart':
    case 'move':
      return { kind, atMs, forMs };
    case 'kill':
    case 'stop':
    case 'freeze':
    case 'witness-drops':
    case 'leave':
      return { kind, node, atMs, forMs };
  }
}

const others: readonly Host[] = ['witness', 'gateway', 'printers'];

/** A cable, one path between two hosts, or one direction of it. */
function drawLinks(random: SeededRandom, node: NodeName): readonly (readonly [Host, Host])[] {
  const peer = node === 'a' ? 'b' : 'a';
  const both = (to: Host) => [[node, to] as const, [to, node] as const];
  switch (
    random.pick(['cable', 'peer', 'peer', 'one-way', 'witness', 'gateway', 'all-but-printers'])
  ) {
    case 'cable':
      return [...both(peer), ...others.flatMap(both)];
    case 'peer':
      return both(peer);
    case 'one-way':
      return [[node, random.pick([peer, 'witness', 'gateway'])]];
    case 'witness':
      return both('witness');
    case 'gateway':
      return both('gateway');
    case 'all-but-printers':
      return [...both(peer), ...both('witness'), ...both('gateway')];
  }
}

export function formatFault(fault: Fault): string {
  const { kind, atMs, forMs } = fault;
  const detail =
    'links' in fault
      ? fault.links.map(([from, to]) => `${from}>${to}`).join(' ')
      : 'node' in fault
        ? fault.node
        : '';
  const more =
    fault.kind === 'lossy'
      ? ` loss ${fault.loss} slow ${fault.slowMs} ms repeat ${fault.repeat}`
      : fault.kind === 'slow-disk'
        ? ` up to ${fault.upToMs} ms`
        : '';
  return `${atMs} ms: ${kind} ${detail}${more}, for ${forMs} ms`;
}
