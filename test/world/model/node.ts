// One appliance of the simulated pair: the production machine in a shell of simulated disk, kernel,
// network and clock.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Effect } from '../../../firmware/cluster/contract/effect.ts';
import type { Message } from '../../../firmware/cluster/contract/message.ts';
import type { Rules } from '../../../firmware/cluster/contract/rules.ts';
import type { Durable, GroupConfig, GroupState } from '../../../firmware/cluster/contract/state.ts';
import { emptyLog, grown } from '../../../firmware/cluster/history.ts';
import { step } from '../../../firmware/cluster/machine.ts';
import { freshDurable, startGroup } from '../../../firmware/cluster/start.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import { wakeAtMs } from '../../../firmware/cluster/tick.ts';
import type { LogRecord, Term } from '../../../firmware/store/contract.ts';
import type { Change } from '../../../firmware/store/records/table.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Broker } from '../pair/broker.ts';
import { createDiskQueue } from './disk-queue.ts';
import { createGroupLog } from './group-log.ts';
import type { Judge, NodeName } from '../pair/judge.ts';
import type { Kernel } from './kernel.ts';
import { type Hearing, type Takeover, takeoverBy } from '../pair/exception.ts';
import type { Network } from '../pair/network.ts';
import type { NodeClock } from '../pair/node-clock.ts';
import { createNodeLinks } from '../pair/node-links.ts';
import type { Printer } from './printers.ts';
import { createSpooler, type BrokenPart, type CommitResult, type Spooler } from './spooler.ts';

export interface NodeOptions {
  readonly name: NodeName;
  readonly peer: NodeName;
  readonly config: GroupConfig;
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
  readonly peerNode: () => PairNode;
}

export interface PairNode {
  readonly name: NodeName;
  readonly state: GroupState | undefined;
  readonly spooler: Spooler | undefined;
  readonly running: boolean;
  /** Number of its last start. */
  readonly boot: number;
  readonly kernel: Kernel;
  readonly log: readonly LogRecord[];
  readonly takeovers: readonly Takeover[];
  diskSlowMs: number;
  /** Its supervisor does nothing either. */
  frozen: boolean;
  start(): void;
  kill(): void;
  stop(): void;
  resume(): void;
  /** A message of the peer arrives at this box. */
  receive(message: Message): void;
  supervisorHears(message: Message): void;
  event(event: ClusterEvent): void;
  live(): boolean;
  run(action: () => void): void;
}

type StoreEffectKind =
  | 'append'
  | 'read-records'
  | 'store-records'
  | 'take-tail'
  | 'cut-log'
  | 'forget-tail'
  | 'log-shared'
  | 'commit-done'
  | 'commit-failed'
  | 'take-over'
  | 'peer-replaced'
  | 'release-held'
  | 'drain'
  | 'move-refused'
  | 'stand-by'
  | 'left';

interface Disk {
  durable: Durable;
  readonly log: LogRecord[];
  aside: LogRecord[];
  boot: number;
}

export function createNode(options: NodeOptions): PairNode {
  const { name, peer, config, timeline, random, clock, network, kernel, judge } = options;
  const disk: Disk = {
    durable: freshDurable(config.generation),
    log: [],
    aside: [],
    boot: 0,
  };
  let process = 0;
  let life: 'dead' | 'running' | 'stopped' = 'dead';
  let state: GroupState | undefined;
  let spooler: Spooler | undefined;
  let queue: (() => void)[] = [];
  const writes = createDiskQueue(timeline, random);
  let wokenAtMs = Infinity;
  let fencedTerm: Term = firstTerm(config.generation);
  let nextCommit = 1_000_000;
  let commits = new Map<number, { changes: readonly Change[]; done: (r: CommitResult) => void }>();
  let heardAtMs = -Infinity;
  let frozen = false;
  let cleared = true;
  let leasedUntilMs = -Infinity;
  const takeovers: Takeover[] = [];
  const hearing = (): Hearing => ({
    atMs: timeline.nowMs,
    heardAtMs,
    answeredAtMs: network.answeredAtMs(peer, name),
  });

  /**
   * Only while this process lives; what comes while it is stopped waits in its sockets and pipes.
   */
  const inProcess = (action: () => void, of = process) => {
    return () => {
      if (of !== process || life === 'dead') return;
      if (life === 'stopped') queue.push(action);
      else action();
    };
  };

  const write = (apply: () => void, done: () => void) => writes.write(apply, inProcess(done));

  // ---- the machine

  const feed = (event: ClusterEvent) => {
    if (state === undefined || life !== 'running') return;
    const result = step(options.rules, state, event, clock.nowMs());
    state = result.state;
    for (const effect of result.effects) perform(effect);
    wake();
    watchPeer();
  };
  /** One owner at a time is more than what was seen to leave: nobody else may be able to act. */
  const watchPeer = () => {
    if (state === undefined || !options.rules.live(state, clock.nowMs())) return;
    const mine = { node: name, term: state.durable.term };
    const other = options.peerNode();
    const { kernel: theirs, state: theirState } = other;
    if (theirState !== undefined && other.running && other.live()) {
      judge.bothLive(mine, { node: peer, term: theirState.durable.term });
    }
    const loose = theirs.loose;
    if (loose !== undefined) judge.bytesLoose({ node: peer, term: loose }, mine);
  };
  const wake = () => {
    if (state === undefined) return;
    const atMs = clock.realMs(wakeAtMs(state, clock.nowMs()));
    if (atMs >= wokenAtMs && wokenAtMs > timeline.nowMs) return;
    wokenAtMs = atMs;
    const of = process;
    timeline.at(atMs, () => {
      if (of !== process || life === 'dead' || wokenAtMs !== atMs) return;
      wokenAtMs = Infinity;
      if (life === 'stopped') queue.push(() => feed({ kind: 'tick' }));
      else feed({ kind: 'tick' });
    });
  };

  const perform = (effect: Effect) => {
    switch (effect.kind) {
      case 'send':
        links.send(effect.path, effect.message);
        return;
      case 'persist':
        write(
          () => void (disk.durable = effect.durable),
          () => feed({ kind: 'persisted', id: effect.id }),
        );
        return;
      case 'renew-address':
        superviseLease(effect.untilMs);
        kernel.renewAddress(
          effect.untilMs,
          inProcess(() => feed({ kind: 'address-renewed' })),
        );
        return;
      case 'fence':
        kernel.fence(inProcess(() => feed({ kind: 'fence-done', id: effect.id })));
        return;
      case 'ask-arbiters':
        links.askArbiter();
        return;
      case 'probe':
        links.probe();
        return;
      case 'conflict-seen':
        return;
      case 'append':
      case 'read-records':
      case 'store-records':
      case 'take-tail':
      case 'cut-log':
      case 'forget-tail':
      case 'log-shared':
      case 'commit-done':
      case 'commit-failed':
      case 'take-over':
      case 'peer-replaced':
      case 'release-held':
      case 'drain':
      case 'move-refused':
      case 'stand-by':
      case 'left':
        performStore(effect);
    }
  };

  /** The supervisor takes the addresses of a process that stands still down when its lease ends. */
  const superviseLease = (untilMs: number) => {
    if (state !== undefined) fencedTerm = state.durable.term;
    cleared = false;
    leasedUntilMs = untilMs;
    if (!options.supervised) return;
    timeline.at(clock.realMs(untilMs) + random.between(1, 20), () => {
      if (life === 'stopped' && !frozen && leasedUntilMs === untilMs) kernel.clear();
    });
  };

  const performStore = (effect: Extract<Effect, { kind: StoreEffectKind }>) => {
    switch (effect.kind) {
      case 'append':
        log.append(effect.id, commits.get(effect.id)?.changes ?? [], effect.term);
        return;
      case 'read-records':
        log.read(effect);
        return;
      case 'store-records': {
        const { records } = effect;
        write(
          () => void disk.log.push(...records),
          () => {
            spooler?.appended(records);
            feed({ kind: 'stored', records });
          },
        );
        return;
      }
      case 'take-tail':
        log.takeTail(effect.records);
        return;
      case 'cut-log': {
        const { fork } = effect;
        write(
          () => void disk.aside.push(...disk.log.splice(fork.seq)),
          () => {
            spooler?.reread();
            feed({ kind: 'log-cut', fork });
          },
        );
        return;
      }
      case 'log-shared':
      case 'peer-replaced':
        // This level's logs keep all of their records, and no box is replaced.
        return;
      case 'forget-tail':
        write(
          () => void (disk.aside = []),
          () => undefined,
        );
        return;
      case 'commit-done':
      case 'commit-failed': {
        const commit = commits.get(effect.id);
        commits.delete(effect.id);
        if (commit === undefined) return;
        if (effect.kind === 'commit-failed') commit.done({ kind: 'failed' });
        else commit.done({ kind: effect.acknowledged ? 'acknowledged' : 'unacknowledged' });
        return;
      }
      case 'take-over':
        judge.tookOver({ node: name, term: effect.term });
        takeovers.push(takeoverBy(effect.term, state?.leaseBy ?? 'none', hearing()));
        fencedTerm = effect.term;
        spooler?.takeOver(effect.term, effect.clean);
        return;
      case 'release-held':
        spooler?.releaseHeld();
        return;
      case 'drain':
        spooler?.drain();
        return;
      case 'stand-by':
        spooler?.standBy();
        return;
      case 'move-refused':
      case 'left':
        return;
    }
  };

  const log = createGroupLog({
    timeline,
    random,
    records: disk.log,
    write,
    inProcess,
    feed,
    spooler: () => spooler,
    term: () => state?.durable.term,
  });

  const links = createNodeLinks({
    name,
    peer,
    timeline,
    random,
    network,
    broker: options.broker,
    datagrams: options.datagrams,
    localNowMs: () => clock.nowMs(),
    peerBox: options.peerNode,
    inProcess,
    feed,
    onArbiter(answer) {
      const asked = hearing();
      return () => {
        const before = state?.leaseUntilMs;
        answer();
        const ownership = takeovers.at(-1);
        if (ownership === undefined || state?.leaseUntilMs === before) return;
        if (state?.leaseBy === 'arbiter') ownership.arbiter = asked;
      };
    },
  });

  const start = () => {
    if (life !== 'dead') return;
    process += 1;
    life = 'running';
    kernel.clear();
    disk.boot += 1;
    queue = [];
    wokenAtMs = Infinity;
    commits = new Map();
    const shape = grown(emptyLog(firstTerm(config.generation)), disk.log);
    const { durable, boot } = disk;
    const of = process;
    state = startGroup({ config, boot, durable, log: shape, now: clock.nowMs() });
    spooler = createSpooler({
      node: name,
      timeline,
      judge,
      kernel,
      printers: options.printers,
      log: disk.log,
      broken: options.broken,
      // Without a witness the peer may have used the device behind this node's back (the one
      // exception).
      reaches: () =>
        !network.link(name, 'printers').cut &&
        !network.link('printers', name).cut &&
        config.witness &&
        kernel.addressOn,
      live: () => state !== undefined && options.rules.live(state, clock.nowMs()),
      inStep: () => state?.stepping.phase === 'in-step' && state.stepping.durable,
      commit(changes, done) {
        nextCommit += 1;
        commits.set(nextCommit, { changes, done });
        feed({ kind: 'commit', id: nextCommit });
      },
      drained: () => feed({ kind: 'drained' }),
      run: (action) => inProcess(action, of)(),
    });
    links.connectWitness();
    feed({ kind: 'tick' });
  };

  const kill = () => {
    if (life === 'dead') return;
    life = 'dead';
    process += 1;
    cleared = false;
    writes.crash();
    state = undefined;
    spooler = undefined;
    links.drop();
    const other = options.peerNode();
    network.datagram(name, peer, () => other.event({ kind: 'peer-closed' }));
    const of = process;
    const clean = () => {
      if (of !== process || !options.supervised) return;
      if (frozen) timeline.after(100, clean);
      else {
        kernel.clear();
        cleared = true;
      }
    };
    timeline.after(random.between(5, 50), clean);
  };

  return {
    name,
    get state() {
      return state;
    },
    get spooler() {
      return spooler;
    },
    get running() {
      return life === 'running';
    },
    kernel,
    get log() {
      return disk.log;
    },
    get frozen() {
      return frozen;
    },
    set frozen(value) {
      frozen = value;
    },
    takeovers,
    get diskSlowMs() {
      return writes.slowMs;
    },
    set diskSlowMs(value) {
      writes.slowMs = value;
    },
    start,
    kill,
    stop() {
      if (life === 'running') life = 'stopped';
    },
    resume() {
      if (life !== 'stopped') return;
      life = 'running';
      const waiting = queue;
      queue = [];
      for (const [index, action] of waiting.entries()) {
        if (life === 'running') action();
        else queue.push(...waiting.slice(index));
      }
    },
    get boot() {
      return disk.boot;
    },
    receive(message) {
      // What a process that is gone had said counts for nothing.
      if (message.header.boot === options.peerNode().boot) heardAtMs = timeline.nowMs;
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
      const header = {
        generation: config.generation,
        node: name,
        boot: disk.boot,
        connection: 0,
        seq: 0,
      };
      const body = { kind: 'fenced', boot: disk.boot, term: fencedTerm, toBoot, seq } as const;
      const other = options.peerNode();
      network.datagram(name, peer, () => other.receive({ header, body }));
    },
    event: (event) => inProcess(() => feed(event))(),
    live: () => state !== undefined && options.rules.live(state, clock.nowMs()),
    run: (action) => inProcess(action)(),
  };
}
