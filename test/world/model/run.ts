// One seed of the pair's machine alone: faults under watch, then everything heals, and progress is
// demanded.
import type { Rules } from '../../../firmware/cluster/contract/rules.ts';
import { rules as productionRules } from '../../../firmware/cluster/rules/table.ts';
import { formatTerm } from '../../../firmware/cluster/term.ts';
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import { createRandom, type SeededRandom } from '../seeded-random.ts';
import { createTimeline, type Timeline } from '../timeline.ts';
import { type Broker, createBroker } from '../pair/broker.ts';
import { Judge, type NodeName, type Violation } from '../pair/judge.ts';
import { during, scheduleCommon } from '../pair/common-faults.ts';
import { drawFaults, modelFaults, type Fault } from '../pair/faults.ts';
import { compareLogs } from './compare-logs.ts';
import { createKernel } from './kernel.ts';
import { isException, takeoverOf } from '../pair/exception.ts';
import { createNetwork, type Network } from '../pair/network.ts';
import { createNode, type PairNode } from './node.ts';
import { createNodeClock } from '../pair/node-clock.ts';
import { createPrinter, type Printer } from './printers.ts';
import type { BrokenPart } from './spooler.ts';

export interface RunOptions {
  readonly seed: number;
  readonly witness: boolean;
  readonly rules?: Rules;
  /** Instead of those of the seed: a smaller set that was found. */
  readonly faults?: readonly Fault[];
  /** What is broken on purpose, outside the rules. */
  readonly broken?: readonly BrokenPart[];
  readonly trace?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly violations: readonly Violation[];
  readonly exceptions: number;
  /**
   * From the healing to one owner, in step, with everything done; undefined where it never came.
   */
  readonly healedMs: number | undefined;
  readonly acceptedJobs: number;
  readonly takeovers: number;
  /** What must be the same when the seed runs again. */
  readonly digest: string;
}

const healAtMs = modelFaults.untilMs + 2_000;
const progressMs = 90_000;
const settleMs = 1_500;
const clientsUntilMs = healAtMs + 3_000;

interface World {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly broker: Broker | undefined;
  readonly judge: Judge;
  readonly printers: readonly Printer[];
  readonly nodes: { readonly a: PairNode; readonly b: PairNode };
}

export async function runModel(options: RunOptions): Promise<RunResult> {
  const { seed } = options;
  const world = createWorld(options);
  const { timeline, judge, nodes } = world;
  const faults = options.faults ?? drawFaults(createRandom(seed, 'faults'), modelFaults);
  for (const fault of faults) schedule(world, fault);
  startClients(world, createRandom(seed, 'clients'));
  const starts = createRandom(seed, 'starts');
  timeline.at(starts.between(0, 500), () => nodes.a.start());
  timeline.at(starts.between(0, 500), () => nodes.b.start());
  if (options.trace !== undefined) traceRoles(world, options.trace);

  await timeline.runUntil(healAtMs);
  heal(world);
  const healedMs = await demandProgress(world);
  judgeEnd(world, healedMs);
  const { violations, exceptions } = judge;
  return {
    seed,
    faults,
    violations,
    exceptions,
    healedMs,
    acceptedJobs: judge.acceptedJobs.size,
    takeovers: nodes.a.takeovers.length + nodes.b.takeovers.length,
    digest: digestOf(world),
  };
}

function createWorld(options: RunOptions): World {
  const { seed, witness } = options;
  const shape = createRandom(seed, 'shape');
  const timeline = createTimeline();
  const network = createNetwork(timeline, createRandom(seed, 'network'));
  const broker = witness
    ? createBroker(timeline, createRandom(seed, 'broker'), network)
    : undefined;
  const judge = new Judge({
    nowMs: () => timeline.nowMs,
    trace: (line) => options.trace?.(`${Math.round(timeline.nowMs)} ms: ${line}`),
    excepted(older, newer, atMs) {
      const first = takeoverOf(nodes[older.node], older.term);
      const second = takeoverOf(nodes[newer.node], newer.term);
      if (witness || first === undefined || second === undefined) return false;
      return isException(first, second, atMs);
    },
  });
  const printers = [0, 1].map((index) =>
    createPrinter({
      id: `printer-${index}`,
      name: `Printer ${index}`,
      oneSession: shape.chance(0.5),
      unitsPerTurn: shape.integer(3, 16),
      nowMs: () => timeline.nowMs,
      onPrinted: (_printer, cargo, total) => judge.printed(cargo.jobId, total),
      trace: (line) => options.trace?.(`${Math.round(timeline.nowMs)} ms: ${line}`),
      onGarbled: (printer, cargo) =>
        judge.report(6, `${printer.id} got ${cargo.jobId} from its middle`),
    }),
  );
  const broken = new Set(options.broken);
  const gated = shape.chance(0.6);
  const supervised = shape.chance(0.5);
  const datagrams = shape.chance(0.7);
  const wireTailMs = gated
    ? 0
    : clusterLimits.addressLifetimeMs + clusterLimits.addressExpirySlackMs;
  const make = (name: NodeName): PairNode => {
    const peer = name === 'a' ? 'b' : 'a';
    const rate = 1 + shape.between(-0.01, 0.01);
    const clock = createNodeClock(timeline, shape.between(1_000, 1e7), rate);
    const kernel = createKernel({
      host: name,
      timeline,
      random: createRandom(seed, `kernel ${name}`),
      network,
      localNowMs: () => clock.nowMs(),
      gated,
      unbound: broken.has('unbound'),
      onUnitsLeft: (printer, cargo) =>
        judge.unitsLeft(
          { node: name, term: cargo.term },
          printer.id,
          cargo.jobId,
          // Each node counts its own.
          `${name} ${cargo.attempt}`,
        ),
    });
    return createNode({
      name,
      peer,
      config: { self: name, peer, generation: 1, witness, wireTailMs },
      rules: options.rules ?? productionRules,
      timeline,
      random: createRandom(seed, `node ${name}`),
      clock,
      network,
      broker,
      kernel,
      printers,
      judge,
      supervised,
      datagrams,
      broken,
      peerNode: () => nodes[peer],
    });
  };
  const nodes = { a: make('a'), b: make('b') };
  return { timeline, network, broker, judge, printers, nodes };
}

// ---- faults

function schedule(world: World, fault: Fault): void {
  const { nodes } = world;
  if (fault.kind !== 'kill') scheduleCommon(world, fault);
  else {
    const node = nodes[fault.node];
    during(
      world,
      fault,
      () => node.kill(),
      () => node.start(),
    );
  }
}

function heal({ network, nodes }: World): void {
  network.heal();
  for (const node of [nodes.a, nodes.b]) {
    node.diskSlowMs = 0;
    node.frozen = false;
    node.resume();
    node.start();
  }
}

// ---- clients

/** Clients print to the group's address, wherever it is; an upload that breaks off makes no job. */
function startClients({ timeline, judge, nodes, network }: World, random: SeededRandom): void {
  let number = 0;
  const next = () => {
    if (timeline.nowMs > clientsUntilMs) return;
    number += 1;
    const id = `job-${number}`;
    const units = random.integer(30, 300);
    const printerId = `printer-${random.integer(0, 1)}`;
    const uploadMs = random.between(5, 300);
    const preferred = random.pick(['a', 'b']);
    timeline.after(uploadMs, () => {
      const order = preferred === 'a' ? [nodes.a, nodes.b] : [nodes.b, nodes.a];
      // Whichever kernel has the address, and may be both in a bad moment.
      const node = order.find((each) => each.running && each.kernel.addressOn);
      if (node === undefined || network.link(node.name, 'gateway').cut) return;
      node.spooler?.accept(id, printerId, units, (accepted) => {
        const term = node.state?.durable.term;
        if (!accepted || term === undefined) return;
        const alone = node.state?.stepping.phase === 'exposed';
        judge.acted({ node: node.name, term }, `acknowledges ${id}`);
        judge.acknowledged(id, units, alone);
      });
    });
    timeline.after(random.between(100, 900), next);
  };
  timeline.at(1_000, next);
}

// ---- progress

async function demandProgress(world: World): Promise<number | undefined> {
  const { timeline } = world;
  const untilMs = healAtMs + progressMs;
  let fineSinceMs: number | undefined;
  while (timeline.nowMs < untilMs) {
    await timeline.runUntil(timeline.nowMs + 250);
    if (timeline.nowMs < clientsUntilMs + 500 || !isFine(world)) {
      fineSinceMs = undefined;
      continue;
    }
    fineSinceMs ??= timeline.nowMs;
    if (timeline.nowMs >= fineSinceMs + settleMs) return fineSinceMs - healAtMs;
  }
  return undefined;
}

/** One live owner, in step with its standby, and nothing left to do. */
function isFine({ nodes }: World): boolean {
  const both = [nodes.a, nodes.b];
  const owner = both.find((node) => node.live());
  const standby = both.find((node) => node.state?.role === 'standby');
  if (owner === undefined || standby === undefined) return false;
  const { state, spooler } = owner;
  if (state?.stepping.phase !== 'in-step' || !state.stepping.durable) return false;
  if (standby.state?.following.inStep !== true) return false;
  if (spooler === undefined || spooler.held.size > 0) return false;
  const jobs = [...spooler.book.jobs.values()];
  return jobs.every((job) => job.state === 'completed' || job.state === 'held');
}

function judgeEnd({ judge, nodes }: World, healedMs: number | undefined): void {
  compareLogs(judge, nodes.a.log, nodes.b.log);
  if (healedMs === undefined) {
    judge.report(0, `no progress: ${describe(nodes.a)}; ${describe(nodes.b)}`);
    return;
  }
  const owner = [nodes.a, nodes.b].find((node) => node.live());
  for (const [id, { units }] of judge.acceptedJobs) {
    const job = owner?.spooler?.book.jobs.get(id);
    if (job === undefined) judge.report(1, `${id} was acknowledged and is lost`);
    else if (job.units !== units) judge.report(9, `${id} has ${job.units} of ${units}`);
    else if (job.state === 'completed' && (judge.prints.get(id) ?? 0) === 0) {
      judge.report(1, `${id} is completed and was never printed`);
    }
  }
}

function describe(node: PairNode): string {
  const { state } = node;
  if (state === undefined) return `${node.name} is down`;
  const jobs = [...(node.spooler?.book.jobs.values() ?? [])];
  const open = jobs.filter(({ state: each }) => each === 'waiting' || each === 'printing').length;
  const { phase } = state.stepping;
  const term = formatTerm(state.durable.term);
  const live = node.live() ? 'live' : 'not live';
  const held = node.spooler?.held.size ?? 0;
  return `${node.name} is ${state.role} of ${term}, ${live}, ${phase}, ${open} open, ${held} held`;
}

function traceRoles({ timeline, nodes }: World, trace: (line: string) => void): void {
  let last = '';
  const look = () => {
    const now = `${describe(nodes.a)} | ${describe(nodes.b)}`;
    if (now !== last) trace(`${Math.round(timeline.nowMs)} ms: ${now}`);
    last = now;
    timeline.after(5, look);
  };
  timeline.at(0, look);
}

function digestOf({ judge, nodes, timeline }: World): string {
  const logs = [nodes.a, nodes.b].map((node) =>
    node.log.map(({ term, seq, change }) => `${formatTerm(term)}/${seq}/${change.type}`),
  );
  const seqs = [nodes.a, nodes.b].map((node) => [
    node.state?.directSeq,
    node.state?.witnessSeq,
    node.state?.leaseUntilMs,
  ]);
  const { violations, exceptions } = judge;
  const prints = [...judge.prints];
  return JSON.stringify([timeline.nowMs, seqs, logs, violations, exceptions, prints]);
}
