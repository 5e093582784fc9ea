// A group's machine where it runs: its state, its timer, what it sends, and its lease for others to
// read; everything else that it wants done is handed on.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { ClusterEvent } from '../cluster/contract/event.ts';
import type { Rules } from '../cluster/contract/rules.ts';
import type { GroupState } from '../cluster/contract/state.ts';
import { step } from '../cluster/machine.ts';
import { type GroupStart, startGroup } from '../cluster/start.ts';
import { sameTerm } from '../cluster/term.ts';
import { wakeAtMs } from '../cluster/tick.ts';
import { isOwner } from '../cluster/turn.ts';
import type { Term } from '../store/contract.ts';
import type { GroupView, HandsEffect, LeaseWindow, PairLink } from './contract.ts';

/** One group's machine, whichever thread it runs in. */
export interface GroupMachine {
  /** What happened; its effects are handed on before this returns, or soon after. */
  feed(event: ClusterEvent): void;
  /** May the ownership of this term act for the group now? */
  live(term: Term): boolean;
  readonly view: GroupView;
  /** No timer and no effect from now on; nothing is fenced by it. */
  stop(): void;
}

export interface GroupMachineOptions {
  readonly group: string;
  readonly start: Omit<GroupStart, 'now'>;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly link: Pick<PairLink, 'send'>;
  /** In order; what this causes is fed later, never from inside. */
  readonly perform: (effect: HandsEffect) => void;
  /** Told before any effect of the same step, so that nothing follows from what nobody can see. */
  readonly onLease: (lease: LeaseWindow) => void;
  readonly onView: (view: GroupView) => void;
}

/** In the thread where it runs, its whole state shows. */
export interface LocalGroupMachine extends GroupMachine {
  readonly state: GroupState;
}

/** Starts at once, as a standby that is outdated. */
export function startGroupMachine(options: GroupMachineOptions): LocalGroupMachine {
  return new Machine(options);
}

/** From when to when live() holds for a state, unless something happens; empty: `untilMs` 0. */
export function leaseWindow(rules: Rules, state: GroupState): LeaseWindow {
  const untilMs = state.durable.peerPromised ? Infinity : state.leaseUntilMs;
  const fromMs = Math.max(state.writeFromMs, 0);
  const { term } = state.durable;
  const holds = fromMs < untilMs && rules.live(state, fromMs);
  return holds ? { fromMs, untilMs, term } : { ...noLease, term };
}

const noLease = { fromMs: 0, untilMs: 0 } as const;

class Machine implements LocalGroupMachine {
  readonly #options: GroupMachineOptions;
  #state: GroupState;
  #view: GroupView;
  #timer: Timer | undefined;
  #wokenAtMs = Infinity;
  #stopped = false;

  constructor(options: GroupMachineOptions) {
    this.#options = options;
    const now = options.clock.monotonicMs();
    this.#state = startGroup({ ...options.start, now });
    this.#view = viewOf(this.#state);
    options.onLease(leaseWindow(options.rules, this.#state));
    options.onView(this.#view);
    this.#wake();
  }

  get state(): GroupState {
    return this.#state;
  }

  get view(): GroupView {
    return this.#view;
  }

  live(term: Term): boolean {
    const { rules, clock } = this.#options;
    if (this.#stopped || !sameTerm(term, this.#state.durable.term)) return false;
    return rules.live(this.#state, clock.monotonicMs());
  }

  feed(event: ClusterEvent): void {
    if (this.#stopped) return;
    const { rules, clock, group, link } = this.#options;
    const { state, effects } = step(rules, this.#state, event, clock.monotonicMs());
    this.#state = state;
    this.#options.onLease(leaseWindow(rules, state));
    this.#show();
    for (const effect of effects) {
      if (effect.kind === 'send') link.send(effect.path, group, effect.message);
      else this.#options.perform(effect);
    }
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#options.onLease({ ...noLease, term: this.#state.durable.term });
  }

  #show(): void {
    const view = viewOf(this.#state);
    if (sameView(view, this.#view)) return;
    this.#view = view;
    this.#options.onView(view);
  }

  /** The timer is set anew only where the next tick is wanted earlier, or it has fired. */
  #wake(): void {
    const { clock } = this.#options;
    const now = clock.monotonicMs();
    const atMs = wakeAtMs(this.#state, now);
    if (this.#timer !== undefined && this.#wokenAtMs <= atMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#stopped || atMs === Infinity) return;
    this.#wokenAtMs = atMs;
    this.#timer = clock.startTimer(Math.max(0, atMs - now), () => {
      this.#timer = undefined;
      this.feed({ kind: 'tick' });
    });
  }
}

function viewOf(state: GroupState): GroupView {
  const { role, durable, stepping, following, peer, config } = state;
  const owns = isOwner(state);
  const standbyMode = following.inStep ? 'in-step' : 'outdated';
  const peerOwns = peer.beat !== undefined && isOwner(peer.beat);
  return {
    role,
    term: durable.term,
    mode: owns ? (stepping.phase === 'in-step' ? 'in-step' : 'exposed') : standbyMode,
    owner: owns ? config.self : peerOwns ? config.peer : undefined,
    leaseBy: state.leaseBy,
    alone: owns && stepping.phase === 'exposed',
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
    a.alone === b.alone &&
    a.lapses === b.lapses
  );
}
