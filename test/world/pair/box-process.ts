// One life of a box's process: the production modules of store, spool, spooler, intake and cluster
// on what the box simulates.
import type { PeerDocuments, GroupHost } from '../../../firmware/cluster/host/contract.ts';
import { noFirstBytes } from '../../../firmware/cluster/host/first-bytes.ts';
import { createGroupHost } from '../../../firmware/cluster/host/host.ts';
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Message, Path } from '../../../firmware/cluster/contract/message.ts';
import type { Rules } from '../../../firmware/cluster/contract/rules.ts';
import type { GroupConfig, GroupState } from '../../../firmware/cluster/contract/state.ts';
import type { GroupDefinition } from '../../../firmware/cluster/group-definition.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import type { HandsEffect } from '../../../firmware/pair/contract.ts';
import { type LocalGroupMachine, startGroupMachine } from '../../../firmware/pair/group-machine.ts';
import { openMonitorRegistry } from '../../../firmware/registry/monitor-registry.ts';
import { createSpool } from '../../../firmware/spool/spool.ts';
import type { Spooler } from '../../../firmware/spooler/contract.ts';
import { createSpooler } from '../../../firmware/spooler/spooler.ts';
import type { CommitUnit, Store, Term } from '../../../firmware/store/contract.ts';
import { openStore } from '../../../firmware/store/store.ts';
import type { Clock, Random } from '../../../hal/contract.ts';
import { tcpMonitor } from '../../../monitors/tcp/module.ts';
import type { SimulatedDisk } from '../disk.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import { createBoxTcp } from './box-tcp.ts';
import type { Kernel, Socket } from './kernel.ts';
import type { KeptDatabases } from './kept-databases.ts';
import type { Printer } from './devices.ts';
import { createStoreChannel } from './store-channel.ts';

export const groupId = 'group';
export const places = { data: '/data', spool: '/data/spool' } as const;

export interface BoxProcessOptions {
  readonly config: GroupConfig;
  readonly definition: GroupDefinition;
  /** Its spooler says that it does not work. */
  readonly sick: () => boolean;
  readonly rules: Rules;
  readonly boot: number;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  /** For ids. */
  readonly ids: Random;
  readonly clock: Clock;
  /** The same, for the machine, which waits in no promise. */
  readonly machineClock: Clock;
  readonly disk: SimulatedDisk;
  readonly databases: KeptDatabases;
  readonly kernel: Kernel;
  readonly printers: readonly Printer[];
  /** First connections of a survivor come from where the dead owner's came. */
  readonly samePorts: boolean;
  readonly documents: PeerDocuments;
  readonly send: (path: Path, message: Message) => void;
  readonly askArbiters: () => void;
  readonly probe: () => void;
  readonly slowMs: () => number;
  readonly alive: () => boolean;
  readonly inProcess: (action: () => void) => () => void;
  /** Every effect but sending, before it is performed. */
  readonly onEffect: (effect: HandsEffect, state: GroupState) => void;
  readonly onFirstByte: (socket: Socket) => void;
  /** Committed by the rules, and the permit lives: what its spooler then counts on. */
  readonly onCommitted: (unit: CommitUnit, term: Term) => void;
  /** The node's store, and the one of an ownership. */
  readonly wrapStore: (store: Store) => Store;
  readonly wrapOwned: (store: Store) => Store;
  /** The host can't go on. */
  readonly onFault: (error: unknown) => void;
  readonly trace: (line: string) => void;
}

export interface BoxProcess {
  readonly host: GroupHost;
  readonly state: GroupState | undefined;
  feed(event: ClusterEvent): void;
  /** live() for the term that the machine is in. */
  live(): boolean;
  /** Paired with another box: the group ends here, and starts anew. */
  pairAnew(config: GroupConfig): void;
}

export function startBoxProcess(options: BoxProcessOptions): BoxProcess {
  const { timeline, rules } = options;
  let machine: LocalGroupMachine | undefined;
  let host: GroupHost | undefined;
  /** What came before the store was open. */
  const early: ClusterEvent[] = [];

  let made: { readonly store: Store; readonly spool: ReturnType<typeof createSpool> } | undefined;
  const startHost = async (config: GroupConfig) => {
    if (made === undefined) throw new Error('the process has not started yet');
    const next = makeHost(
      { ...options, config },
      made.store,
      made.spool,
      () => machine,
      (of) => {
        machine = of;
      },
    );
    await next.start();
    host = next;
    next.feed({ kind: 'tick' });
    for (const event of early.splice(0)) next.feed(event);
  };

  const open = async () => {
    const { databases, disk } = options;
    const { files } = disk.mount();
    const opened = await openStore({
      files,
      databases,
      dataDirectory: places.data,
      spoolDirectory: places.spool,
    });
    const store = options.wrapStore(createStoreChannel({ ...options, store: opened }));
    const spool = createSpool({
      files,
      random: options.ids,
      clock: options.clock,
      directory: places.spool,
      limits: { reserveBytes: 0 },
    });
    await spool.prepare();
    await spool.clean((names) => opened.query('documents.referenced', { names }));
    made = { store, spool };
    await startHost(options.config);
  };
  timeline.touch();
  open().catch(options.onFault);

  return {
    get host() {
      if (host === undefined) throw new Error('the process has not started yet');
      return host;
    },
    get state() {
      return machine?.state;
    },
    feed(event) {
      if (host === undefined) early.push(event);
      else host.feed(event);
    },
    live() {
      if (machine === undefined) return false;
      return rules.live(machine.state, options.clock.monotonicMs());
    },
    pairAnew(config) {
      const before = host;
      host = undefined;
      machine = undefined;
      const anew = async () => {
        await before?.stop(AbortSignal.abort());
        await startHost(config);
      };
      timeline.touch();
      anew().catch(options.onFault);
    },
  };
}

function makeHost(
  options: BoxProcessOptions,
  store: Store,
  spool: ReturnType<typeof createSpool>,
  machineNow: () => LocalGroupMachine | undefined,
  onMachine: (machine: LocalGroupMachine) => void,
): GroupHost {
  const { config, timeline, clock, kernel, inProcess } = options;
  const tcp = createBoxTcp({
    kernel,
    timeline,
    printers: options.printers,
    inProcess,
    term: () => machineNow()?.state.durable.term ?? firstTerm(config.generation),
    onFirstByte: options.onFirstByte,
  });
  const answered = (ask: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      ask(
        inProcess(() => {
          timeline.touch();
          resolve();
        }),
      );
    });
  return createGroupHost({
    id: groupId,
    config,
    definition: () => options.definition,
    store,
    spool,
    clock,
    tcp,
    network: {
      renew: (untilMs) => answered((done) => kernel.renewAddress(untilMs, done)),
      hold: async () => undefined,
      fence: () => answered((done) => kernel.fence(done)),
      askArbiters: options.askArbiters,
      probe: options.probe,
      reportConflict: () => undefined,
    },
    documents: options.documents,
    // Its clients' largest documents.
    aheadBytes: 64 * 1024,
    makeMachine({ durable, log, perform, onView }) {
      const machine: LocalGroupMachine = startGroupMachine({
        group: groupId,
        start: { config, durable, log, boot: options.boot },
        rules: options.rules,
        clock: options.machineClock,
        link: { send: (path, _group, message) => options.send(path, message) },
        perform(effect) {
          if (effect.kind !== 'ask-arbiters' && effect.kind !== 'probe') timeline.touch();
          options.onEffect(effect, machine.state);
          perform(effect);
        },
        onLease: () => undefined,
        onView,
      });
      onMachine(machine);
      return machine;
    },
    makeSpooler: (parts) =>
      withHealth(
        options,
        createSpooler({
          id: parts.id,
          permit: parts.permit,
          termOf: () => parts.term,
          store: observed(options.wrapOwned(parts.store), (unit) => {
            if (parts.permit.live()) options.onCommitted(unit, parts.term);
          }),
          spool,
          events: { report: () => undefined },
          firstBytes: noFirstBytes,
          openRegistry: (monitorName) =>
            openMonitorRegistry({
              store: parts.store,
              spooler: parts.id,
              term: () => parts.term,
              monitorName,
            }),
          monitors: [tcpMonitor],
          clock,
          random: options.ids,
          tcp: parts.tcp,
          outgoing: options.samePorts ? { localPortOf: parts.localPortOf } : {},
          serverName: 'group',
          local: false,
          log: {
            debug: () => undefined,
            info: (message, facts) => options.trace(`${message} ${JSON.stringify(facts)}`),
            warn: (message, facts) => options.trace(`${message} ${JSON.stringify(facts)}`),
          },
        }),
      ),
    log: {
      debug: () => undefined,
      info: (message, facts) => options.trace(`${message} ${JSON.stringify(facts)}`),
      warn: (message, facts) => options.trace(`${message} ${JSON.stringify(facts)}`),
    },
    onFault: options.onFault,
  });
}

/** The same spooler, which says that it fails while its box is sick. */
function withHealth({ sick }: Pick<BoxProcessOptions, 'sick'>, spooler: Spooler): Spooler {
  const ill = { alive: false, problems: ['it is sick'] } as const;
  return {
    ...spooler,
    looksAlive: () => (sick() ? ill : spooler.looksAlive()),
    isAlive: async () => (sick() ? ill : await spooler.isAlive()),
  };
}

/** The same store, whose commits are looked at. */
function observed(store: Store, onCommitted: (unit: CommitUnit) => void): Store {
  return {
    ...store,
    async commit(unit) {
      const outcome = await store.commit(unit);
      if (outcome.kind === 'committed') onCommitted(unit);
      return outcome;
    },
  };
}
