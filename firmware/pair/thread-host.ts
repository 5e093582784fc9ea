// The pair thread's end of the bridge: starts link and machines as it is told, and tells what they
// want done.
import type { Clock, Random, Timer, Udp } from '../../hal/contract.ts';
import type { Urgency } from '../../hal/priority.ts';
import { rules } from '../cluster/rules/table.ts';
import type { TlsCredentials } from '../identity/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { FromPairThread, PairLink, ToPairThread } from './contract.ts';
import { createEchoMeter, type EchoMeter } from './echo-meter.ts';
import { type GroupMachine, startGroupMachine } from './group-machine.ts';
import { type RunningLink, startLink } from './link.ts';
import { readMovedMs, writeSharedLease } from './shared-lease.ts';
import { createTurns } from './turns.ts';

/** What the starter hands over as workerData. */
export interface PairThreadData {
  readonly nodeId: string;
  readonly credentials: TlsCredentials;
  readonly listen: { readonly address: string; readonly port: number };
  readonly datagrams: boolean;
  readonly moved: SharedArrayBuffer;
  readonly urgency: Urgency;
}

export interface PairThreadOptions {
  readonly data: PairThreadData;
  readonly clock: Clock;
  readonly random: Random;
  readonly udp: Udp;
  readonly tell: (message: FromPairThread) => void;
}

export interface PairThreadHost {
  /** In the order of the messages. */
  take(message: ToPairThread): Promise<void>;
}

type Start = Extract<ToPairThread, { kind: 'start-group' }>;

export function createPairThreadHost(options: PairThreadOptions): PairThreadHost {
  return new Host(options);
}

class Host implements PairThreadHost {
  readonly #options: PairThreadOptions;
  readonly #machines = new Map<
    string,
    { readonly machine: GroupMachine; readonly meter: EchoMeter; readonly leave: () => void }
  >();
  #metering: Timer | undefined;
  #link: RunningLink | undefined;
  #boot = 0;
  /** A link is replaced in turn with everything else. */
  readonly #turns = createTurns();

  constructor(options: PairThreadOptions) {
    this.#options = options;
  }

  take(message: ToPairThread): Promise<void> {
    return this.#turns.take(() => this.#take(message));
  }

  async #take(message: ToPairThread): Promise<void> {
    switch (message.kind) {
      case 'membership':
        await this.#replaceLink(message);
        return;
      case 'start-group':
        this.#startGroup(message);
        return;
      case 'stop-group':
        this.#stopGroup(message.group);
        return;
      case 'event':
        this.#machines.get(message.group)?.machine.feed(message.event);
        return;
      case 'stop':
        await this.#stop();
    }
  }

  async #replaceLink({ membership, boot }: Extract<ToPairThread, { kind: 'membership' }>) {
    const { data, clock, random, udp, tell } = this.#options;
    this.#boot = boot;
    await this.#stop();
    if (membership.peer === undefined) return;
    try {
      this.#link = await startLink({
        self: { nodeId: data.nodeId, credentials: data.credentials },
        peer: membership.peer,
        membership,
        listen: data.listen,
        datagrams: data.datagrams,
        clock,
        random,
        udp,
        movedAtMs: () => readMovedMs(data.moved),
        log: (level, text) => tell({ kind: 'log', level, text }),
      });
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.#link.onState((state) => tell({ kind: 'link', state }));
    tell({ kind: 'ready', beatPort: this.#link.port });
  }

  #startGroup({ group, config, durable, log, lease }: Start): void {
    const { clock, tell } = this.#options;
    this.#stopGroup(group);
    const meter = createEchoMeter();
    const link: Pick<PairLink, 'send'> = {
      send: (path, of, message) => {
        if (path === 'direct') meter.sent(message, clock.monotonicMs());
        this.#link?.send(path, of, message);
      },
    };
    const machine = startGroupMachine({
      group,
      start: { config, boot: this.#boot, durable, log },
      rules,
      clock,
      link,
      perform: (effect) => tell({ kind: 'effects', group, effects: [effect] }),
      onLease: (window) => writeSharedLease(lease, window),
      onView: (view) => tell({ kind: 'group', group, view }),
    });
    const leave = this.#link?.join(group, (event) => {
      machine.feed(event);
      if (event.kind === 'message' && event.path === 'direct') {
        meter.received(event.message, clock.monotonicMs());
      }
    });
    this.#machines.set(group, { machine, meter, leave: leave ?? (() => {}) });
    this.#metering ??= clock.startTimer(pairLimits.meterEveryMs, () => this.#tellEchoes());
  }

  #tellEchoes(): void {
    const { clock, tell } = this.#options;
    for (const [group, { meter }] of this.#machines) {
      const roundTripsMs = meter.take();
      if (roundTripsMs.length > 0) tell({ kind: 'echoes', group, roundTripsMs });
    }
    this.#metering = clock.startTimer(pairLimits.meterEveryMs, () => this.#tellEchoes());
  }

  #stopGroup(group: string): void {
    const entry = this.#machines.get(group);
    this.#machines.delete(group);
    entry?.leave();
    entry?.machine.stop();
  }

  /** Another peer, generation or witness is another pair for the machines too. */
  async #stop(): Promise<void> {
    for (const group of this.#machines.keys()) this.#stopGroup(group);
    this.#metering?.cancel();
    this.#metering = undefined;
    const link = this.#link;
    this.#link = undefined;
    await link?.stop();
  }
}
