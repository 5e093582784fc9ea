// A group's machine with its timer and its voice: the pure steps driven by a clock, in one thread.
import type { Clock, Timer } from '../../../hal/contract.ts';
import type { GroupView, HandsEffect, LeaseWindow } from '../../pair/contract.ts';
import type { Term } from '../../store/contract.ts';
import type { ClusterEvent } from '../contract/event.ts';
import type { Effect } from '../contract/effect.ts';
import type { Message, Path } from '../contract/message.ts';
import type { Rules } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { step } from '../machine.ts';
import { rules as productionRules } from '../rules/table.ts';
import { startGroup } from '../start.ts';
import { sameTerm } from '../term.ts';
import { wakeAtMs } from '../tick.ts';
import { isOwner } from '../turn.ts';
import type { GroupMachine, MachineStart } from './contract.ts';

export interface LocalMachineOptions extends MachineStart {
  /** Number of this start of the process: greater than at each start before. */
  readonly boot: number;
  readonly clock: Clock;
  /** Never throws, never waits. */
  readonly send: (path: Path, message: Message) => void;
  /** The machine's; a test puts broken ones there. */
  readonly rules?: Rules;
  /** After each step in which it differs, before the step's effects are performed. */
  readonly onLease?: (lease: LeaseWindow) => void;
}

export interface LocalMachine extends GroupMachine {
  readonly state: GroupState;
}

/** Starts at once. */
export function createLocalMachine(options: LocalMachineOptions): LocalMachine {
  const machine = new Machine(options);
  machine.feed({ kind: 'tick' });
  return machine;
}

class Machine implements LocalMachine {
  readonly #options: LocalMachineOptions;
  readonly #rules: Rules;
  #state: GroupState;
  #view: GroupView;
  #lease: LeaseWindow;
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined;
  #stopped = false;
  /** What an effect's deed fed while effects of one step are still being performed. */
  readonly #waiting: ClusterEvent[] = [];
  #stepping = false;

  constructor(options: LocalMachineOptions) {
    this.#options = options;
    this.#rules = options.rules ?? productionRules;
    const { config, boot, durable, log, clock } = options;
    this.#state = startGroup({ config, boot, durable, log, now: clock.monotonicMs() });
    this.#view = viewOf(this.#state);
    this.#lease = never(durable.term);
  }

  get state(): GroupState {
    return this.#state;
  }

  get view(): GroupView {
    return this.#view;
  }

  live(term: Term): boolean {
    if (this.#stopped || !sameTerm(this.#state.durable.term, term)) return false;
    return this.#rules.live(this.#state, this.#options.clock.monotonicMs());
  }

  feed(event: ClusterEvent): void {
    this.#waiting.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (!this.#stopped) this.#step(next);
    }
    this.#stepping = false;
    if (!this.#stopped) this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.timer.cancel();
    this.#tellLease(never(this.#state.durable.term));
  }

  #step(event: ClusterEvent): void {
    const { clock } = this.#options;
    const { state, effects } = step(this.#rules, this.#state, event, clock.monotonicMs());
    this.#state = state;
    this.#tellLease(leaseOf(state));
    for (const effect of effects) this.#perform(effect);
    const view = viewOf(state);
    if (sameView(view, this.#view)) return;
    this.#view = view;
    this.#options.onView();
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'send') this.#options.send(effect.path, effect.message);
    else this.#options.perform(effect satisfies HandsEffect);
  }

  #tellLease(lease: LeaseWindow): void {
    const { term, fromMs, untilMs } = this.#lease;
    const same = fromMs === lease.fromMs && untilMs === lease.untilMs;
    if (same && sameTerm(term, lease.term)) return;
    this.#lease = lease;
    this.#options.onLease?.(lease);
  }

  #wake(): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const atMs = wakeAtMs(this.#state, nowMs);
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    if (atMs === Infinity) return;
    const timer = clock.startTimer(atMs - nowMs, () => {
      this.#timer = undefined;
      this.feed({ kind: 'tick' });
    });
    this.#timer = { atMs, timer };
  }
}

function never(term: Term): LeaseWindow {
  return { term, fromMs: 0, untilMs: 0 };
}

/** What live() would say, as far as only time changes it. */
function leaseOf(state: GroupState): LeaseWindow {
  const { writeFromMs: fromMs, durable, leaseUntilMs } = state;
  const { term } = durable;
  if (!isOwner(state) || state.unpaired || state.fencing !== undefined) return never(term);
  return { term, fromMs, untilMs: durable.peerPromised ? Infinity : leaseUntilMs };
}

function viewOf(state: GroupState): GroupView {
  const { role, durable, stepping, following, peer, config, leaseBy } = state;
  const owner = isOwner(state);
  const ownersMode = stepping.phase === 'in-step' && stepping.durable ? 'in-step' : 'exposed';
  const theirs = peer.beat;
  const peerOwns =
    theirs !== undefined && isOwner(theirs) && sameTerm(theirs.term, durable.term) && !owner;
  return {
    role,
    term: durable.term,
    mode: owner ? ownersMode : following.inStep ? 'in-step' : 'outdated',
    owner: owner ? config.self : peerOwns ? config.peer : undefined,
    leaseBy,
    lapses: state.lapses.length,
  };
}

function sameView(a: GroupView, b: GroupView): boolean {
  return (
    a.role === b.role &&
    sameTerm(a.term, b.term) &&
    a.mode === b.mode &&
    a.owner === b.owner &&
    a.leaseBy === b.leaseBy &&
    a.lapses === b.lapses
  );
}
