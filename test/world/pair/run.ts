// One seed of the pair: faults under watch, then everything heals, and progress is demanded.
import { createHash } from 'node:crypto';
import type { Rules } from '../../../firmware/cluster/contract/rules.ts';
import { rules as productionRules } from '../../../firmware/cluster/rules/table.ts';
import { formatTerm } from '../../../firmware/cluster/term.ts';
import { defaultPolicy, type GroupDefinition } from '../../../firmware/cluster/group-definition.ts';
import type { Job } from '../../../firmware/jobs/job.ts';
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import { groupLimits } from '../../../firmware/limits/group-limits.ts';
import { createRandom, type SeededRandom } from '../seeded-random.ts';
import { createTimeline } from '../timeline.ts';
import { compareBoxes } from './compare-boxes.ts';
import { createBroker } from './broker.ts';
import { boxFaults, drawFaults, type Fault } from './faults.ts';
import { isException, takeoverOf } from './exception.ts';
import { Judge, type NodeName, type Violation } from './judge.ts';
import { createKernel } from './kernel.ts';
import { createNetwork } from './network.ts';
import { createNodeClock } from './node-clock.ts';
import { createPrinter } from './devices.ts';
import { type BrokenPart, createBox, type PairBox } from './box.ts';
import type { BoxReport } from './box-report.ts';
import { groupId } from './box-process.ts';
import { startClients } from './clients.ts';
import { leaveMs } from './common-faults.ts';
import { bring, heal, schedule, type World } from './schedule.ts';
import type { Template } from './template.ts';

export interface RunOptions {
  readonly seed: number;
  readonly witness: boolean;
  readonly template: Template;
  readonly rules?: Rules;
  /** Instead of those of the seed: a smaller set that was found. */
  readonly faults?: readonly Fault[];
  /** Instead of what the seed draws: half of them have logs that begin with snapshots. */
  readonly recordsPerSnapshot?: number;
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

export interface PairResult extends RunResult {
  /** Boxes whose log begins with a snapshot in the end. */
  readonly snapshots: number;
}

const healAtMs = boxFaults.untilMs + 2_000;
const progressMs = 90_000;
const settleMs = 1_500;
/** Both have found each other again. */
const restartMs = 1_000;
/** Stable for so long before a group goes back to its preferred owner, and the way there. */
const homeMs = groupLimits.failbackStableMs + 20_000;
const clientsUntilMs = healAtMs + 3_000;
/** More records than a run makes. */
const never = 1_000_000;

export async function runPair(options: RunOptions): Promise<PairResult> {
  const { seed } = options;
  const world = createWorld(options);
  const { timeline, judge, nodes } = world;
  const faults = options.faults ?? drawFaults(createRandom(seed, 'faults'), boxFaults);
  for (const fault of faults) schedule(world, fault);
  const [first, ...others] = options.template.printers;
  if (first === undefined) throw new Error('the template has no printer');
  startClients({
    ...world,
    random: createRandom(seed, 'clients'),
    boxes: [nodes.a, nodes.b],
    printers: [first, ...others],
    untilMs: clientsUntilMs,
    refusesAlone: world.definition.policy.exposed === 'refuse',
  });
  const starts = createRandom(seed, 'starts');
  timeline.at(starts.between(0, 500), () => nodes.a.start());
  timeline.at(starts.between(0, 500), () => nodes.b.start());
  if (options.trace !== undefined) traceRoles(world, options.trace);

  await timeline.runUntil(healAtMs);
  heal(world);
  const healedMs = await demandProgress(world);
  if (healedMs !== undefined) await demandHome(world);
  judgeEnd(world, healedMs);
  judgeFlapping(world, faults);
  const { violations, exceptions } = judge;
  return {
    seed,
    faults,
    violations,
    exceptions,
    healedMs,
    acceptedJobs: judge.acceptedJobs.size,
    takeovers: nodes.a.takeovers.length + nodes.b.takeovers.length,
    snapshots: [nodes.a, nodes.b].filter(({ report }) => beginsWithSnapshot(report)).length,
    digest: digestOf(world),
  };
}

function beginsWithSnapshot(report: BoxReport): boolean {
  return report.records()[0]?.type === 'log.snapshot';
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
    trace: (line) => trace(line),
    excepted(older, newer, atMs) {
      const first = takeoverOf(nodes[older.node], older.term);
      const second = takeoverOf(nodes[newer.node], newer.term);
      if (witness || first === undefined || second === undefined) return false;
      return isException(first, second, atMs);
    },
  });
  const trace = (line: string) => options.trace?.(`${Math.round(timeline.nowMs)} ms: ${line}`);
  const printers = options.template.printers.map(({ name, address }) =>
    createPrinter({
      id: name,
      address,
      oneSession: shape.chance(0.5),
      bytesPerTurn: shape.integer(3, 16),
      nowMs: () => timeline.nowMs,
      trace,
      onPrinted: (jobNumber, sizeBytes) => judge.printed(`job-${jobNumber}`, sizeBytes),
      onLost: (jobNumber) => judge.lostByPrinter(`job-${jobNumber}`),
      onDisplaced: (jobNumber) => judge.displaced(`job-${jobNumber}`),
      onGarbled: (jobNumber) => judge.report(9, `${name} got job-${jobNumber} garbled`),
    }),
  );
  const definition = drawDefinition(createRandom(seed, 'definition'));
  const broken = new Set(options.broken);
  const gated = shape.chance(0.6);
  const supervised = shape.chance(0.5);
  const datagrams = shape.chance(0.7);
  const wireTailMs = gated
    ? 0
    : clusterLimits.addressLifetimeMs + clusterLimits.addressExpirySlackMs;
  const snapshots = createRandom(seed, 'snapshots');
  const drawn = snapshots.chance(0.5) ? snapshots.integer(5, 60) : never;
  const recordsPerSnapshot = options.recordsPerSnapshot ?? drawn;
  const make = (name: NodeName): PairBox => {
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
      onBytesLeft: (printer, { term, jobNumber, attempt }) =>
        judge.unitsLeft({ node: name, term }, printer.id, `job-${jobNumber}`, attempt),
    });
    return createBox({
      name,
      peer,
      seed,
      config: { self: name, peer, generation: 1, witness, wireTailMs, recordsPerSnapshot },
      definition,
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
      image: options.template.image,
      trace,
      peerBox: () => nodes[peer],
    });
  };
  const nodes = { a: make('a'), b: make('b') };
  return { timeline, network, broker, judge, printers, nodes, definition };
}

/** Health is looked at more often than in life, so that a short run sees it. */
function drawDefinition(random: SeededRandom): GroupDefinition {
  const preferredOwner = random.chance(0.1) ? random.pick(['a', 'b']) : undefined;
  return {
    id: groupId,
    name: 'group',
    addresses: [],
    spoolers: [groupId],
    preferredOwner,
    policy: {
      ...defaultPolicy,
      looksAliveMs: 500,
      isAliveMs: 4_000,
      jobCompletionMs: 5_000,
      exposed: random.chance(0.2) ? 'refuse' : 'accept',
      failback: { kind: preferredOwner === undefined ? 'prevent' : 'at-once' },
    },
  };
}

// ---- progress

async function demandProgress(world: World): Promise<number | undefined> {
  const { timeline } = world;
  const untilMs = healAtMs + progressMs;
  let fineSinceMs: number | undefined;
  while (timeline.nowMs < untilMs) {
    await timeline.runUntil(timeline.nowMs + 250);
    wantOnline(world);
    if (timeline.nowMs < clientsUntilMs + 500 || !isFine(world)) {
      fineSinceMs = undefined;
      continue;
    }
    fineSinceMs ??= timeline.nowMs;
    if (timeline.nowMs >= fineSinceMs + settleMs) return fineSinceMs - healAtMs;
  }
  return undefined;
}

/** Failback: the preferred owner has the group again, unless its spooler was what failed. */
async function demandHome(world: World): Promise<void> {
  const { timeline, definition, judge, nodes } = world;
  const untilMs = timeline.nowMs + homeMs;
  const atHome = () => {
    const owner = [nodes.a, nodes.b].find((box) => box.live());
    const { preferredOwner } = definition;
    if (preferredOwner === undefined) return true;
    if (owner === undefined || !isFine(world)) return false;
    const failedOn = owner.process?.host.resources?.failedOn;
    return owner.name === preferredOwner || failedOn === preferredOwner;
  };
  while (!atHome() && timeline.nowMs < untilMs) await timeline.runUntil(timeline.nowMs + 500);
  if (!atHome()) judge.report(0, 'the group did not go back to its preferred owner');
}

/**
 * Nothing flaps: beside the first takeover and the one back to a preferred owner each has a fault
 * for a reason, and once all is healed there is one at most.
 */
function judgeFlapping({ judge, nodes, definition }: World, faults: readonly Fault[]): void {
  const ends = faults.map((fault) => (fault.kind === 'leave' ? leaveMs(fault) : fault.atMs));
  const calmMs = Math.max(healAtMs, ...ends) + restartMs;
  const back = definition.preferredOwner === undefined ? 0 : 1;
  const takeovers = [...nodes.a.takeovers, ...nodes.b.takeovers];
  const late = takeovers.filter(({ atMs }) => atMs > calmMs).length;
  // Once as a box dies, and once more with the one in its place.
  const replaced = faults.filter(({ kind }) => kind === 'replace').length;
  const reasons = faults.filter((fault) => movesGroups(fault, faults)).length + replaced;
  if (takeovers.length > 1 + reasons + back) {
    judge.report(0, `it flaps: ${takeovers.length} takeovers for ${reasons} faults`);
  } else if (late > 1 + back) judge.report(0, `it flaps: ${late} takeovers once all was healed`);
}

const takesEchoesAway: ReadonlySet<Fault['kind']> = new Set([
  'cut',
  'lossy',
  'kill',
  'stop',
  'freeze',
  'leave',
]);

/**
 * Printers and people’s wishes move no group. The witness does only where an owner has nothing
 * else: it holds its lease by its peer's echoes too, while links carry them and the peer runs. A
 * slow disk does only where its node meets a new term at that time: until that is durable it
 * echoes nothing (T2), and the owner that has just met its peer again has no other lease.
 */
function movesGroups(fault: Fault, faults: readonly Fault[]): boolean {
  switch (fault.kind) {
    case 'kill':
    case 'stop':
    case 'freeze':
    case 'cut':
    case 'lossy':
    case 'move':
    case 'leave':
    case 'sick':
    case 'replace':
      return true;
    case 'witness-restart':
    case 'witness-drops':
      return faults.some(({ kind: other }) => takesEchoesAway.has(other));
    case 'slow-disk':
      return faults.some((other) => takesEchoesAway.has(other.kind) && overlap(fault, other));
    case 'printer-off':
    case 'offline':
      return false;
  }
}

function overlap(one: Fault, other: Fault): boolean {
  const ends = (fault: Fault) => fault.atMs + fault.forMs + restartMs;
  return one.atMs <= ends(other) && other.atMs <= ends(one);
}

/** What was taken offline, or left so by its policy, is brought online again by somebody. */
function wantOnline(world: World): void {
  const { nodes } = world;
  const asleep = [nodes.a, nodes.b].some(
    (box) => box.live() && box.process?.host.resources?.wanted === 'offline',
  );
  if (asleep) bring(world, 'online');
}

/** One live owner, in step with its standby, and nothing left to do. */
function isFine({ nodes }: World): boolean {
  const both = [nodes.a, nodes.b];
  const owner = both.find((node) => node.live());
  const standby = both.find((node) => node.state?.role === 'standby');
  if (owner === undefined || standby === undefined) return false;
  const { state, spooler } = owner;
  if (state?.stepping.phase !== 'in-step' || !state.stepping.durable) return false;
  if (standby.state?.following.inStep !== true || spooler === undefined) return false;
  return owner.report.openJobs().every(isHeldForGood);
}

/** It waits for a person, and says why. */
function isHeldForGood({ state, hold }: Job): boolean {
  return state === 'pending-held' && hold?.kind !== 'peer';
}

function judgeEnd({ judge, nodes, printers }: World, healedMs: number | undefined): void {
  compareBoxes(judge, nodes.a.report, nodes.b.report);
  if (healedMs === undefined) {
    judge.report(0, `no progress: ${describe(nodes.a)}; ${describe(nodes.b)}`);
    return;
  }
  const owner = [nodes.a, nodes.b].find((node) => node.live());
  if (owner === undefined) return;
  if (owner.report.printerCount() !== printers.length) judge.report(7, 'a printer is missing');
  const jobs = new Map(owner.report.jobs().map((job) => [job.name, job]));
  for (const [name, { units }] of judge.acceptedJobs) {
    const job = jobs.get(name);
    const bytes = job === undefined ? 0 : owner.report.bytesOf(job.id);
    if (job === undefined) judge.report(1, `${name} was acknowledged and is lost`);
    else if (bytes !== units) judge.report(9, `${name} has ${bytes} bytes of ${units}`);
    else if (job.state === 'aborted') judge.report(1, `${name} was acknowledged and is aborted`);
    else if (job.state === 'completed' && !judge.maybePrinted(name)) {
      if (!judge.isDisplacedByException(name)) {
        judge.report(1, `${name} is completed and was never printed`);
      }
    }
  }
}

function describe(node: PairBox): string {
  const { state } = node;
  if (state === undefined) return `${node.name} is down`;
  const open = node.report.openJobs().filter((job) => !isHeldForGood(job));
  const { phase } = state.stepping;
  const term = formatTerm(state.durable.term);
  const live = node.live() ? 'live' : 'not live';
  const some = open.slice(0, 3).map(({ name, state: now, message }) => `${name} ${now} ${message}`);
  const what = `${open.length} open (${some.join('; ')})`;
  const spooler = node.spooler === undefined ? 'no spooler' : 'spooler';
  return `${node.name} is ${state.role} of ${term}, ${live}, ${phase}, ${spooler}, ${what}`;
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
  const both = [nodes.a, nodes.b];
  const logs = both.map((node) => node.report.records());
  const seqs = both.map(({ state }) => [state?.directSeq, state?.witnessSeq, state?.leaseUntilMs]);
  const { violations, exceptions, prints } = judge;
  return digestText(
    JSON.stringify([timeline.nowMs, seqs, logs, violations, exceptions, [...prints]]),
  );
}

function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
