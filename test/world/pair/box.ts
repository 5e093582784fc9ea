// One appliance of the simulated pair: its process comes and goes, stands still and goes on, over
// a disk, a kernel, a clock and cables that stay.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Message } from '../../../firmware/cluster/contract/message.ts';
import type { Rules } from '../../../firmware/cluster/contract/rules.ts';
import type { GroupConfig, GroupState } from '../../../firmware/cluster/contract/state.ts';
import type { GroupDefinition } from '../../../firmware/cluster/group-definition.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import type { HandsEffect } from '../../../firmware/pair/contract.ts';
import type { Spooler } from '../../../firmware/spooler/contract.ts';
import type { CommitUnit, Store, Term } from '../../../firmware/store/contract.ts';
import { SimulatedDisk } from '../disk.ts';
import { SeededRandom as Ids } from '../random.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import { type BoxProcess, startBoxProcess } from './box-process.ts';
import { createBoxReport, type BoxReport } from './box-report.ts';
import type { Broker } from './broker.ts';
import { type Hearing, type Takeover, takeoverBy } from './exception.ts';
import type { Judge, NodeName } from './judge.ts';
import type { Kernel, Socket } from './kernel.ts';
import { createKeptDatabases } from './kept-databases.ts';
import type { Network } from './network.ts';
import { createProcessClock, type NodeClock } from './node-clock.ts';
import { createNodeLinks } from './node-links.ts';
import { createPeerDocuments } from './peer-documents.ts';
import type { Printer } from './devices.ts';

/**
 * Parts outside the machine that a test takes out: sockets not bound to the group's address,
 * connections from ports of their own, starts that are not committed, a rejoin that forgets what
 * was completed.
 */
export type BrokenPart = 'unbound' | 'own-ports' | 'uncommitted-start' | 'no-handed-completions';

export interface BoxOptions {
  readonly name: NodeName;
  readonly peer: NodeName;
  readonly seed: number;
  readonly config: GroupConfig;
  readonly definition: GroupDefinition;
  readonly rules: Rules;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly clock: NodeClock;
  readonly network: Network;
  readonly broker: Broker | undefined;
  readonly kernel: Kernel;
  readonly printers: readonly Printer[];
  readonly judge: Judge;
  readonly supervised: boolean;
  readonly datagrams: boolean;
  readonly broken: ReadonlySet<BrokenPart>;
  /** The store before the first start: printers and ports, the same on both. */
  readonly image: Uint8Array;
  readonly trace: (line: string) => void;
  readonly peerBox: () => PairBox;
}

export interface PairBox {
  readonly name: NodeName;
  readonly state: GroupState | undefined;
  /** While this node owns the group, and it has started. */
  readonly spooler: Spooler | undefined;
  readonly process: BoxProcess | undefined;
  readonly running: boolean;
  /** Number of its last start. */
  readonly boot: number;
  readonly kernel: Kernel;
  /** What its disk holds. */
  readonly report: BoxReport;
  readonly takeovers: readonly Takeover[];
  diskSlowMs: number;
  /** Its spooler says that it does not work. */
  sick: boolean;
  /** Its supervisor does nothing either. */
  frozen: boolean;
  start(): void;
  /** Another box stands in its place, with an empty disk, and is paired. */
  becomeNew(): void;
  /** It is paired with another box now, and runs on. */
  pairAnew(): void;
  kill(): void;
  /** As a kill, and all that was not synced is lost. */
  cutPower(): void;
  stop(): void;
  resume(): void;
  /** A message of the peer arrives at this box. */
  receive(message: Message): void;
  supervisorHears(message: Message): void;
  event(event: ClusterEvent): void;
  live(): boolean;
  /** Runs an action only while this process lives; later if it stands still. */
  run(action: () => void): void;
}

export function createBox(options: BoxOptions): PairBox {
  const { name, peer, timeline, random, clock, network, kernel, judge } = options;
  let { config } = options;
  const newDisk = () => new SimulatedDisk({ seed: options.seed + name.charCodeAt(0) });
  let disk = newDisk();
  const databases = createKeptDatabases(options.image);
  const report = createBoxReport(databases);
  const ids = new Ids(options.seed * 2 + name.charCodeAt(0));
  let number = 0;
  let boot = 0;
  let life: 'dead' | 'running' | 'stopped' = 'dead';
  let process: BoxProcess | undefined;
  let queue: (() => void)[] = [];
  let fencedTerm: Term = firstTerm(config.generation);
  let heardAtMs = -Infinity;
  let frozen = false;
  let cleared = true;
  let leasedUntilMs = -Infinity;
  let diskSlowMs = 0;
  let sick = false;
  const takeovers: Takeover[] = [];
  const hearing = (): Hearing => ({
    atMs: timeline.nowMs,
    heardAtMs,
    answeredAtMs: network.answeredAtMs(peer, name),
  });

  /**
   * Only while this process lives; what comes while it is stopped waits in its sockets and pipes.
   */
  const inProcess = (action: () => void, of = number) => {
    return () => {
      if (of !== number || life === 'dead') return;
      if (life === 'stopped') queue.push(action);
      else action();
    };
  };

  const feed = (event: ClusterEvent) => {
    if (life !== 'running') return;
    process?.feed(event);
    watchPeer();
  };
  /** One owner at a time is more than what was seen to leave: nobody else may be able to act. */
  const watchPeer = () => {
    if (process?.state === undefined || life !== 'running' || !process.live()) return;
    const mine = { node: name, term: process.state.durable.term };
    const other = options.peerBox();
    const { kernel: theirs, state: theirState } = other;
    if (theirState !== undefined && other.running && other.live()) {
      judge.bothLive(mine, { node: peer, term: theirState.durable.term });
    }
    const { loose } = theirs;
    if (loose !== undefined) judge.bytesLoose({ node: peer, term: loose }, mine);
  };

  const onEffect = (effect: HandsEffect, state: GroupState) => {
    if (effect.kind === 'renew-address') superviseLease(effect.untilMs, state);
    if (effect.kind !== 'take-over') return;
    judge.tookOver({ node: name, term: effect.term });
    takeovers.push(takeoverBy(effect.term, state.leaseBy, hearing()));
    fencedTerm = effect.term;
  };
  /** The supervisor takes the addresses of a process that stands still down when its lease ends. */
  const superviseLease = (untilMs: number, state: GroupState) => {
    fencedTerm = state.durable.term;
    cleared = false;
    leasedUntilMs = untilMs;
    if (!options.supervised) return;
    timeline.at(clock.realMs(untilMs) + random.between(1, 20), () => {
      if (life === 'stopped' && !frozen && leasedUntilMs === untilMs) kernel.clear();
    });
  };

  const onFirstByte = ({ term, jobNumber, attempt }: Socket) => {
    const jobName = `job-${jobNumber}`;
    const job = report.job(jobName);
    judge.acted({ node: name, term }, `starts ${jobName}`);
    const stepping = process?.state?.stepping;
    judge.started(
      { node: name, term },
      {
        jobId: jobName,
        attempt,
        marked: job?.possiblyPrintedTwice === true,
        inStep: stepping?.phase === 'in-step' && stepping.durable,
      },
    );
  };
  const onCommitted = (unit: CommitUnit, term: Term) => {
    for (const { type, payload } of unit.changes) {
      if (type !== 'job.ended' || payload.state !== 'completed') continue;
      const jobName = report.nameOf(payload.jobId);
      judge.acted({ node: name, term }, `completes ${jobName}`);
      judge.completed({ node: name, term }, jobName);
    }
  };

  const links = createNodeLinks({
    name,
    peer,
    timeline,
    random,
    network,
    broker: options.broker,
    datagrams: options.datagrams,
    localNowMs: () => clock.nowMs(),
    peerBox: options.peerBox,
    inProcess: (action) => inProcess(action),
    feed,
    onArbiter(answer) {
      const asked = hearing();
      return () => {
        const before = process?.state?.leaseUntilMs;
        answer();
        const state = process?.state;
        const ownership = takeovers.at(-1);
        if (ownership === undefined || state?.leaseUntilMs === before) return;
        if (state?.leaseBy === 'arbiter') ownership.arbiter = asked;
      };
    },
  });

  const start = () => {
    if (life !== 'dead') return;
    number += 1;
    boot += 1;
    life = 'running';
    kernel.clear();
    queue = [];
    const of = number;
    const ofThis = (action: () => void) => inProcess(action, of);
    process = startBoxProcess({
      config,
      rules: options.rules,
      boot,
      timeline,
      random,
      ids,
      clock: createProcessClock(timeline, clock, (action) =>
        ofThis(() => {
          timeline.touch();
          action();
        }),
      ),
      machineClock: createProcessClock(timeline, clock, (action) =>
        ofThis(() => {
          action();
          watchPeer();
        }),
      ),
      disk,
      databases,
      kernel,
      printers: options.printers,
      samePorts: !options.broken.has('own-ports'),
      documents: createPeerDocuments({ ...options, inProcess: ofThis, random }),
      send: (path, message) => links.send(path, message),
      askArbiters: () => links.askArbiter(),
      probe: () => links.probe(),
      slowMs: () => diskSlowMs,
      definition: options.definition,
      sick: () => sick,
      alive: () => of === number && life !== 'dead',
      inProcess: ofThis,
      onEffect,
      onFirstByte,
      onCommitted,
      wrapStore: (store) => brokenStore(store, options.broken),
      wrapOwned: (store) => uncommittedStarts(store, options.broken),
      onFault(error) {
        const why = error instanceof Error ? error.message : String(error);
        judge.report(0, `${name} can't go on: ${why}`);
      },
      trace: (line) => options.trace(`${name}: ${line}`),
    });
    links.connectWitness();
  };

  const die = () => {
    life = 'dead';
    number += 1;
    cleared = false;
    process = undefined;
    disk.kill();
    links.drop();
    const other = options.peerBox();
    network.datagram(name, peer, () => other.event({ kind: 'peer-closed' }));
  };
  const kill = () => {
    if (life === 'dead') return;
    die();
    kernel.orphan();
    const of = number;
    const clean = () => {
      if (of !== number || !options.supervised) return;
      if (frozen) timeline.after(100, clean);
      else {
        kernel.clear();
        cleared = true;
      }
    };
    timeline.after(random.between(5, 50), clean);
  };
  const cutPower = () => {
    if (life !== 'dead') die();
    kernel.powerOff();
    disk.powerCut();
  };

  return {
    name,
    get state() {
      return process?.state;
    },
    get spooler() {
      return process?.state === undefined ? undefined : process.host.spooler;
    },
    get process() {
      return process;
    },
    get running() {
      return life === 'running';
    },
    get boot() {
      return boot;
    },
    kernel,
    report,
    takeovers,
    get frozen() {
      return frozen;
    },
    set frozen(value) {
      frozen = value;
    },
    get diskSlowMs() {
      return diskSlowMs;
    },
    set diskSlowMs(value) {
      diskSlowMs = value;
    },
    get sick() {
      return sick;
    },
    set sick(value) {
      sick = value;
    },
    start,
    becomeNew() {
      disk = newDisk();
      databases.empty();
      config = { ...config, generation: config.generation + 1 };
      start();
    },
    pairAnew() {
      config = { ...config, generation: config.generation + 1 };
      inProcess(() => process?.pairAnew(config))();
    },
    kill,
    cutPower,
    stop() {
      if (life === 'running') life = 'stopped';
    },
    resume() {
      if (life !== 'stopped') return;
      life = 'running';
      timeline.touch();
      const waiting = queue;
      queue = [];
      for (const [index, action] of waiting.entries()) {
        if (life === 'running') action();
        else {
          queue.push(...waiting.slice(index));
          return;
        }
      }
    },
    receive(message) {
      // What a process that is gone had said counts for nothing.
      if (message.header.boot === options.peerBox().boot) heardAtMs = timeline.nowMs;
      if (life === 'dead') this.supervisorHears(message);
      else inProcess(() => feed({ kind: 'message', path: 'direct', retained: false, message }))();
    },
    /**
     * A supervisor whose process ended, and which took its addresses down, answers the peer's
     * heartbeats.
     */
    supervisorHears(message) {
      if (!options.supervised || message.body.kind !== 'heartbeat') return;
      if (frozen || !cleared) return;
      const { boot: toBoot, seq } = message.header;
      const { generation } = config;
      const header = { generation, node: name, boot, connection: 0, seq: 0 };
      const body = { kind: 'fenced', boot, term: fencedTerm, toBoot, seq } as const;
      const other = options.peerBox();
      network.datagram(name, peer, () => other.receive({ header, body }));
    },
    event: (event) => inProcess(() => feed(event))(),
    live: () => process?.live() ?? false,
    run: (action) => inProcess(action)(),
  };
}

/** The production store, with what a test takes out of the rules around it. */
function brokenStore(store: Store, broken: ReadonlySet<BrokenPart>): Store {
  if (!broken.has('no-handed-completions')) return store;
  return {
    ...store,
    commit(unit) {
      const handed = unit.changes.some(
        ({ type, payload }) => type === 'registry.values-set' && payload.path[1] === 'Handed',
      );
      if (!handed) return store.commit(unit);
      const changes = unit.changes.filter(({ type }) => type !== 'job.ended');
      return store.commit({ ...unit, changes });
    },
  };
}

/** A start is told before it is committed. */
function uncommittedStarts(store: Store, broken: ReadonlySet<BrokenPart>): Store {
  if (!broken.has('uncommitted-start')) return store;
  return {
    ...store,
    commit(unit) {
      const committed = store.commit(unit);
      if (!unit.changes.some(({ type }) => type === 'job.started')) return committed;
      committed.catch(() => undefined);
      return Promise.resolve({
        kind: 'committed',
        lastSeq: 0,
        jobs: [],
        printers: [],
        events: [],
      });
    },
  };
}
