// What goes wrong in a seed: drawn as data, so that it can be printed, played again and made
// smaller.
import type { SeededRandom } from '../seeded-random.ts';
import type { NodeName } from './judge.ts';
import type { Host } from './network.ts';

export type Fault =
  | {
      readonly kind: 'kill';
      readonly node: NodeName;
      /** The plug, and not the process alone. */
      readonly power?: boolean;
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
  | {
      readonly kind: 'printer-off';
      readonly printer: string;
      readonly atMs: number;
      readonly forMs: number;
    }
  /** `offline`: an administrator takes the group offline, and brings it online after `forMs`. */
  | { readonly kind: 'move' | 'offline'; readonly atMs: number; readonly forMs: number }
  /** The node's spooler says that it does not work. */
  | {
      readonly kind: 'sick';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: 'leave';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    }
  /** The node dies for good; a new box takes its place after `forMs`, with nothing. Never drawn. */
  | {
      readonly kind: 'replace';
      readonly node: NodeName;
      readonly atMs: number;
      readonly forMs: number;
    };

const machineKinds = [
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

/** What a level of simulation draws from. */
export interface FaultShape {
  readonly kinds: readonly [Fault['kind'], ...Fault['kind'][]];
  /** Faults begin in this window, after the pair has had time to come up. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly most: number;
  readonly storyChance: number;
  /** How many of the kills take the power; undefined: the model knows no such difference. */
  readonly powerChance: number | undefined;
}

export const modelFaults: FaultShape = {
  kinds: machineKinds,
  fromMs: 4_000,
  untilMs: 20_000,
  most: 6,
  storyChance: 0.5,
  powerChance: undefined,
};

/** A run costs more: each has more in it, and is shorter. */
export const boxFaults: FaultShape = {
  kinds: [...machineKinds, 'printer-off', 'offline', 'sick'],
  fromMs: 3_000,
  untilMs: 16_000,
  most: 5,
  storyChance: 0.8,
  powerChance: 0.4,
};

/** Seldom: most seeds are as they were without it. */
const lateReturnChance = 0.06;

export function drawFaults(random: SeededRandom, shape: FaultShape): readonly Fault[] {
  const { fromMs, untilMs } = shape;
  const count = random.integer(1, shape.most);
  // Faults that come together find more than those that are far apart.
  const centreMs = random.between(fromMs + 2_000, untilMs);
  const faults = Array.from({ length: count }, () => {
    const together = random.chance(0.7);
    const atMs = together
      ? centreMs + random.between(-1_500, 1_500)
      : random.between(fromMs, untilMs);
    return draw(random, Math.round(atMs), shape);
  });
  if (random.chance(shape.storyChance)) faults.push(...drawStory(random, shape));
  if (random.chance(lateReturnChance)) faults.push(...drawLateReturn(random, shape));
  return faults.sort((a, b) => a.atMs - b.atMs);
}

/**
 * Sequences that rules exist for, with chance in their times: faults drawn one by one seldom meet
 * so.
 */
function drawStory(random: SeededRandom, { fromMs, untilMs }: FaultShape): readonly Fault[] {
  // Of two that start together b leads: most stories are told of that owner.
  const node = random.pick(['b', 'b', 'b', 'a']);
  const peer = node === 'a' ? 'b' : 'a';
  const atMs = Math.round(random.between(fromMs, untilMs - 8_000));
  const ms = (from: number, to: number) => Math.round(random.between(from, to));
  const link = [...both(node, peer)];
  switch (
    random.pick([
      'alone-then-dead',
      'back-and-forth',
      'late-words',
      'left-and-cut',
      'anew',
      'reborn',
      'kept-out',
      'told-late',
      'rivals',
    ])
  ) {
    case 'alone-then-dead': {
      // The owner goes on alone, then dies, and the standby comes back at that moment.
      const aloneMs = ms(1_200, 7_000);
      const upMs = aloneMs + ms(-400, 1_500);
      return [
        { kind: 'cut', links: link, atMs, forMs: upMs },
        { kind: 'kill', node, atMs: atMs + aloneMs, forMs: ms(3_000, 12_000) },
      ];
    }
    case 'back-and-forth':
      // Stopped for about a lease, several times, on both sides.
      return Array.from({ length: 4 }, (_, index) => ({
        kind: random.pick(['stop', 'freeze']),
        node: random.pick(['a', 'b']),
        atMs: atMs + index * 1_000 + ms(0, 900),
        forMs: ms(300, 2_500),
      }));
    case 'late-words':
      // What is said arrives much later, then the speaker dies or is cut off.
      return [
        {
          kind: 'lossy',
          links: random.pick([link, both(node, 'witness'), [[node, peer]], [[peer, node]]]),
          loss: 0,
          slowMs: ms(400, 3_000),
          repeat: 0.2,
          atMs,
          forMs: ms(2_000, 8_000),
        },
        {
          kind: random.pick(['stop', 'kill']),
          node: random.pick(['a', 'b']),
          atMs: atMs + ms(300, 7_000),
          forMs: ms(400, 4_000),
        },
      ];
    case 'left-and-cut':
      // One leaves in order and comes back; then they lose each other.
      return [
        { kind: 'leave', node, atMs, forMs: ms(100, 1_500) },
        {
          kind: 'cut',
          links: link,
          atMs: atMs + 2_000 + ms(1_000, 5_000),
          forMs: ms(1_000, 5_000),
        },
      ];
    case 'anew':
      // Connections to the witness come anew while the nodes lose each other or stand still.
      return [
        { kind: 'cut', links: link, atMs, forMs: ms(3_000, 8_000) },
        ...(random.chance(0.5)
          ? [{ kind: 'witness-restart', atMs: atMs + ms(0, 3_000), forMs: ms(50, 1_500) } as const]
          : [
              {
                kind: 'cut',
                links: both(random.pick(['a', 'b']), 'witness'),
                atMs: atMs + ms(0, 2_000),
                forMs: ms(1_600, 4_000),
              } as const,
            ]),
        { kind: 'stop', node, atMs: atMs + ms(0, 4_000), forMs: ms(300, 2_500) },
      ];
    case 'kept-out': {
      // The standby reaches nobody for about an in-step lease, having heard late; then the owner
      // dies.
      const outMs = ms(4_500, 8_500);
      const cutMs = atMs + ms(0, 1_000);
      return [
        {
          kind: 'lossy',
          links: link,
          loss: 0,
          slowMs: ms(0, 4_000),
          repeat: 0,
          atMs,
          forMs: 4_000,
        },
        { kind: 'cut', links: link, atMs: cutMs, forMs: outMs + ms(300, 2_500) },
        { kind: 'cut', links: both(peer, 'gateway'), atMs: cutMs, forMs: outMs },
        { kind: 'cut', links: both(peer, 'witness'), atMs: cutMs, forMs: outMs },
        { kind: 'kill', node, atMs: cutMs + outMs - ms(0, 1_500), forMs: ms(3_000, 9_000) },
      ];
    }
    case 'told-late': {
      // The standby hears of everything late, and is not heard; then the owner dies, cut off.
      const dieMs = atMs + ms(6_000, 7_800);
      return [
        {
          kind: 'lossy',
          links: [[node, peer]],
          loss: 0,
          slowMs: 3_500,
          repeat: 0,
          atMs,
          forMs: 9_000,
        },
        { kind: 'cut', links: [[peer, node]], atMs: atMs + 800, forMs: dieMs - atMs },
        { kind: 'cut', links: link, atMs: dieMs, forMs: 4_000 },
        { kind: 'kill', node, atMs: dieMs, forMs: ms(4_000, 9_000) },
      ];
    }
    case 'rivals':
      // Both lose their lease, can't speak, and claim through a slow witness.
      return [
        { kind: 'cut', links: link, atMs, forMs: ms(4_000, 9_000) },
        {
          kind: 'lossy',
          links: [...both(node, 'witness'), ...(random.chance(0.5) ? both(peer, 'witness') : [])],
          loss: 0,
          slowMs: ms(200, 900),
          repeat: 0,
          atMs,
          forMs: ms(3_000, 9_000),
        },
        { kind: 'witness-restart', atMs: atMs + ms(0, 2_000), forMs: ms(100, 2_500) },
      ];
    case 'reborn': {
      // The standby comes back with a slow disk, and the owner dies as it steps in.
      const downMs = ms(500, 4_000);
      return [
        { kind: 'kill', node: peer, atMs, forMs: downMs },
        { kind: 'slow-disk', node: peer, upToMs: 900, atMs: atMs + downMs, forMs: 5_000 },
        { kind: 'kill', node, atMs: atMs + downMs + ms(200, 4_000), forMs: ms(3_000, 9_000) },
      ];
    }
  }
}

/**
 * An owner reaches nobody for a while; its peer takes over, works, and is gone when the old owner
 * comes back: nobody is there to say whose turn it is.
 */
function drawLateReturn(random: SeededRandom, shape: FaultShape): readonly Fault[] {
  const node = random.pick(['b', 'b', 'b', 'a']);
  const peer = node === 'a' ? 'b' : 'a';
  const atMs = Math.round(random.between(shape.fromMs, shape.untilMs - 8_000));
  const outMs = Math.round(random.between(4_000, 7_000));
  const goneMs = Math.round(random.between(0, 1_000));
  const links = ([peer, 'witness', 'gateway'] as const).flatMap((other) => both(node, other));
  const power = shape.powerChance === undefined ? {} : { power: random.chance(0.7) };
  return [
    { kind: 'cut', links, atMs, forMs: outMs },
    { kind: 'kill', node: peer, ...power, atMs: atMs + outMs - goneMs, forMs: 8_000 },
  ];
}

function draw(random: SeededRandom, atMs: number, { kinds, powerChance }: FaultShape): Fault {
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
    case 'printer-off':
      return { kind, printer: random.pick(['printer-0', 'printer-1', 'printer-2']), atMs, forMs };
    case 'witness-restart':
    case 'move':
    case 'offline':
      return { kind, atMs, forMs };
    case 'sick':
      // Long enough to be seen, restarted and failed over.
      return { kind, node, atMs, forMs: forMs + 8_000 };
    case 'replace':
      throw new Error('a box is replaced by a test of its own');
    case 'kill':
      if (powerChance === undefined) return { kind, node, atMs, forMs };
      return { kind, node, atMs, forMs, power: random.chance(powerChance) };
    case 'stop':
    case 'freeze':
    case 'witness-drops':
    case 'leave':
      return { kind, node, atMs, forMs };
  }
}

function both(one: Host, other: Host): readonly (readonly [Host, Host])[] {
  return [
    [one, other],
    [other, one],
  ];
}

const others: readonly Host[] = ['witness', 'gateway', 'printers'];

/** A cable, one path between two hosts, or one direction of it. */
function drawLinks(random: SeededRandom, node: NodeName): readonly (readonly [Host, Host])[] {
  const peer = node === 'a' ? 'b' : 'a';
  switch (
    random.pick(['cable', 'peer', 'peer', 'one-way', 'witness', 'gateway', 'all-but-printers'])
  ) {
    case 'cable':
      return [...both(node, peer), ...others.flatMap((other) => both(node, other))];
    case 'peer':
      return both(node, peer);
    case 'one-way':
      return [[node, random.pick([peer, 'witness', 'gateway'])]];
    case 'witness':
      return both(node, 'witness');
    case 'gateway':
      return both(node, 'gateway');
    case 'all-but-printers':
      return ([peer, 'witness', 'gateway'] as const).flatMap((other) => both(node, other));
  }
}

export function formatFault(fault: Fault): string {
  const { kind, atMs, forMs } = fault;
  const detail =
    'links' in fault
      ? fault.links.map(([from, to]) => `${from}>${to}`).join(' ')
      : 'node' in fault
        ? fault.node
        : 'printer' in fault
          ? fault.printer
          : '';
  const more =
    fault.kind === 'lossy'
      ? ` loss ${fault.loss} slow ${fault.slowMs} ms repeat ${fault.repeat}`
      : fault.kind === 'slow-disk'
        ? ` up to ${fault.upToMs} ms`
        : fault.kind === 'kill' && fault.power === true
          ? ', its power'
          : '';
  return `${atMs} ms: ${kind} ${detail}${more}, for ${forMs} ms`;
}
