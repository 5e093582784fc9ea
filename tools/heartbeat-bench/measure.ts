// The two phases of the bench: starts both processes, counts what they say, loads the cores.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Urgency } from '../../hal/priority.ts';
import type { BenchPeer, FromNode, ToNode } from './messages.ts';
import { type Standstill, watchStandstill } from './standstill.ts';

export interface Phase {
  readonly name: 'idle' | 'loaded';
  readonly seconds: number;
  readonly echoes: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
  /** Times without a fresh lease, and roles that changed. */
  readonly lapses: number;
  readonly changes: number;
  /** Share of one core that each of the two processes used. */
  readonly cpu: readonly number[];
  /** The longest time in which the machine served nobody, in ms. */
  readonly standstill: number;
}

const settleMs = 1_000;
const nodeProgram = new URL('./node.ts', import.meta.url);

class BenchNode {
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  role = '';
  mode = '';
  lapses = 0;
  changes = 0;
  cpuMs = 0;
  roundTripsMs: number[] = [];
  identity: Omit<BenchPeer, 'port'> | undefined;

  constructor() {
    this.#child = fork(nodeProgram, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message: FromNode) => this.#take(message));
  }

  send(message: ToNode): void {
    this.#child.send(message);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.send({ kind: 'stop' });
    await gone;
  }

  #take(message: FromNode): void {
    if (message.kind === 'identity') this.identity = message;
    else if (message.kind === 'view') this.#see(message);
    else if (message.kind === 'echoes') this.roundTripsMs.push(...message.roundTripsMs);
    else this.cpuMs = message.cpuMs;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #see({ role, mode, lapses }: Extract<FromNode, { kind: 'view' }>): void {
    if (role !== this.role) this.changes += 1;
    this.lapses += Math.max(0, lapses - this.lapses);
    this.role = role;
    this.mode = mode;
  }
}

export const phaseNames = ['idle', 'loaded'] as const;

export interface MeasureOptions {
  readonly phases: readonly Phase['name'][];
  readonly seconds: number;
  readonly datagrams: boolean;
  /** How soon the heartbeats' threads are to be served. */
  readonly urgency: Urgency;
  /** Told as each phase ends. */
  readonly onPhase?: (phase: Phase) => void;
}

export async function measure(options: MeasureOptions): Promise<readonly Phase[]> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-heartbeats-'));
  const nodes = [new BenchNode(), new BenchNode()] as const;
  const load: ChildProcess[] = [];
  const standstill = watchStandstill();
  try {
    await begin(nodes, folder, options);
    const measured: Phase[] = [];
    for (const name of options.phases) {
      const cores = name === 'loaded' ? availableParallelism() : 0;
      while (load.length < cores) {
        load.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
      }
      const ended = await phase(name, nodes, options.seconds, standstill);
      measured.push(ended);
      options.onPhase?.(ended);
    }
    return measured;
  } finally {
    for (const busy of load) busy.kill('SIGKILL');
    await standstill.stop();
    await Promise.all(nodes.map((node) => node.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves once one of the two owns the group and the other is in step. */
async function begin(
  [first, second]: readonly [BenchNode, BenchNode],
  folder: string,
  { datagrams, urgency }: Pick<MeasureOptions, 'datagrams' | 'urgency'>,
): Promise<void> {
  const peers: BenchPeer[] = [];
  for (const [index, node] of [first, second].entries()) {
    const own = join(folder, String(index));
    await mkdir(own);
    node.send({ kind: 'identify', folder: own });
    await node.until(() => node.identity !== undefined);
    if (node.identity !== undefined) peers.push({ ...node.identity, port: await freePort() });
  }
  const [left, right] = peers;
  if (left === undefined || right === undefined) throw new Error('a process has no identity');
  const starts = [
    [first, left, right],
    [second, right, left],
  ] as const;
  for (const [index, [node, { port }, peer]] of starts.entries()) {
    node.send({
      kind: 'start',
      folder: join(folder, String(index)),
      port,
      peer,
      datagrams,
      urgency,
    });
  }
  const roles = () => [first, second].map(({ role, mode }) => `${role} ${mode}`).toSorted();
  const inStep = () => roles().join(', ') === 'owner in-step, standby in-step';
  await Promise.race([first.until(inStep), second.until(inStep)]);
  // What the start costs is not what heartbeats cost.
  await delay(settleMs);
}

async function phase(
  name: Phase['name'],
  nodes: readonly BenchNode[],
  seconds: number,
  standstill: Standstill,
): Promise<Phase> {
  const before = nodes.map(({ cpuMs, lapses, changes }) => ({ cpuMs, lapses, changes }));
  for (const node of nodes) node.roundTripsMs = [];
  standstill.take();
  const startedMs = performance.now();
  await delay(seconds * 1_000);
  const tookMs = performance.now() - startedMs;
  const sorted = nodes.flatMap(({ roundTripsMs }) => roundTripsMs).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  const grown = (of: 'lapses' | 'changes') =>
    nodes.reduce((sum, node, index) => sum + node[of] - (before[index]?.[of] ?? 0), 0);
  return {
    name,
    seconds,
    echoes: sorted.length,
    median: at(0.5),
    p99: at(0.99),
    worst: at(1),
    lapses: grown('lapses'),
    changes: grown('changes'),
    cpu: nodes.map(({ cpuMs }, index) => (cpuMs - (before[index]?.cpuMs ?? 0)) / tookMs),
    standstill: standstill.take(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('no port is free');
  return bound.port;
}
