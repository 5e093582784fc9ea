// The faults of the bench: each stamps the moment before it acts, and can be undone.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Host } from '../hosts/hosts.ts';

/** What a fault does to the owner of the group; `heal` makes the box as it was, if it is down. */
export interface FaultTarget {
  readonly host: Host;
  /** Namespace of the switch, and the name of the owner's port there. */
  readonly wire: string;
  readonly port: string;
  signalServe(signal: NodeJS.Signals): void;
  signalAll(signal: NodeJS.Signals): Promise<void>;
  /** Supervisor and all, in order. */
  restart(): Promise<void>;
  /** Moves the group to the other box in order. */
  move(): Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly what: string;
  /** What PAIR.md promises, in milliseconds: median and worst. */
  readonly goal: { readonly medianMs: number; readonly worstMs: number } | undefined;
  /** The owner has to be started anew afterwards. */
  readonly ends: boolean;
  /**
   * How long it lasts at least: longer than the longest lease, since each that a longer lease would
   * have bridged makes leases longer, and takeovers later, for ten minutes.
   */
  readonly lastsMs?: number;
  /** No fault at all: a client that waits for its connection is to notice nothing. */
  readonly patient?: boolean;
  act(target: FaultTarget): Promise<void>;
  heal(target: FaultTarget): Promise<void>;
}

const nothing = () => Promise.resolve();
const lastsMs = 3_500;
const crash = { medianMs: 900, worstMs: 1_500 } as const;

export const faults: readonly Fault[] = [
  {
    name: 'kill',
    what: 'the served process is killed, its supervisor lives',
    goal: { medianMs: 300, worstMs: 1_500 },
    ends: false,
    act: async (target) => target.signalServe('SIGKILL'),
    // Its supervisor has started it by now; for one that dies every few seconds it waits longer
    // each time, up to a minute.
    heal: (target) => target.restart(),
  },
  {
    name: 'kill-all',
    what: 'the served process and its supervisor are killed',
    goal: crash,
    ends: true,
    act: (target) => target.signalAll('SIGKILL'),
    heal: nothing,
  },
  {
    name: 'stop',
    what: 'both are stopped, and continued later',
    goal: { medianMs: 1_500, worstMs: 1_500 },
    lastsMs,
    ends: false,
    act: (target) => target.signalAll('SIGSTOP'),
    heal: (target) => target.signalAll('SIGCONT'),
  },
  {
    name: 'link',
    what: 'the cable is pulled',
    goal: crash,
    lastsMs,
    ends: false,
    act: (target) => target.host.cut(),
    heal: (target) => target.host.restore(),
  },
  {
    name: 'power',
    what: 'the cable is dead and both processes are gone, at once',
    goal: crash,
    ends: true,
    async act(target) {
      await Promise.all([target.host.cut(), target.signalAll('SIGKILL')]);
    },
    heal: (target) => target.host.restore(),
  },
  {
    name: 'one-way',
    what: 'nothing that the owner sends arrives, it hears everything',
    goal: crash,
    lastsMs,
    ends: false,
    act: ({ wire, port }) => nft(wire, `add rule bridge cut out iifname ${port} drop`),
    heal: ({ wire }) => nft(wire, 'flush chain bridge cut out'),
  },
  {
    name: 'move',
    what: 'the group is moved in order',
    goal: undefined,
    ends: false,
    patient: true,
    act: (target) => target.move(),
    heal: nothing,
  },
];

/** The chain into which cuts of one direction go. */
export async function prepareCuts(wire: string): Promise<void> {
  await nft(wire, 'add table bridge cut');
  await nft(wire, 'add chain bridge cut out { type filter hook prerouting priority 0 ; }');
  await nft(wire, 'add chain bridge cut between { type filter hook forward priority 0 ; }');
}

/** From now on nothing of what the one sends reaches the other, by their ports of the switch. */
export async function cutBetween(wire: string, from: string, to: string): Promise<void> {
  await nft(wire, `add rule bridge cut between iifname ${from} oifname ${to} drop`);
}

/** So many of a hundred packets are lost from now on; netem is often absent, nftables is there. */
export async function loseBetween(
  wire: string,
  from: string,
  to: string,
  percent: number,
): Promise<void> {
  const drawn = `numgen random mod 100 < ${percent}`;
  await nft(wire, `add rule bridge cut between iifname ${from} oifname ${to} ${drawn} drop`);
}

export async function healBetween(wire: string): Promise<void> {
  await nft(wire, 'flush chain bridge cut between');
}

async function nft(namespace: string, command: string): Promise<void> {
  await promisify(execFile)('ip', ['netns', 'exec', namespace, 'nft', command]);
}
