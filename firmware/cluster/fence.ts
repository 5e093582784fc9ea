// What begins and ends an ownership: live() and fence(), the two sides of acting for a group.
import { clusterLimits } from '../limits/cluster-limits.ts';
import type { Term } from '../store/contract.ts';
import type { Position } from './contract/message.ts';
import type { Turn } from './contract/rules.ts';
import type { Following, GroupState, Stepping } from './contract/state.ts';
import { contains, knowsNothing } from './history.ts';
import { endLapse, isOwner, persist } from './turn.ts';

/**
 * live(): asked before each chunk, start, acknowledgement and address renewal, and again after a
 * renewal. A peer that promised durably to take nothing over makes a lease unnecessary.
 */
export function live(state: GroupState, now: number): boolean {
  return (
    isOwner(state) &&
    !state.unpaired &&
    state.fencing === undefined &&
    now >= state.writeFromMs &&
    (now < state.leaseUntilMs || state.durable.peerPromised)
  );
}

/**
 * A box that is new to the group, in the place of a dead one say, leads only where its peer has
 * nothing that it lacks: what its log does not hold would be another history, and of that only jobs
 * are handed over (J2).
 */
export function isNewTo({ durable, log, peer }: GroupState): boolean {
  return !durable.joined && (peer.beat === undefined || !contains(log, peer.beat.logEnd));
}

/**
 * A node that leaves, promised, was unpaired, or still has something open on the wire leads
 * nothing; nor does one whose disk is about to change its log: a takeover judges the jobs by what
 * the log holds then.
 */
export function mayLead(state: GroupState): boolean {
  const { storing, cutting } = state.following;
  const settled = !storing && !cutting && state.appending === 0;
  const away = state.leaving || state.durable.promised || state.unpaired;
  return settled && !away && state.fencing === undefined && !isNewTo(state);
}

/**
 * fence(): the lease is over; sockets are reset and addresses deleted before anything else goes on.
 */
export function fence(turn: Turn): void {
  const { state } = turn;
  state.leaseUntilMs = 0;
  state.leaseBy = 'none';
  for (const commit of state.commits) turn.effects.push({ kind: 'commit-failed', id: commit.id });
  state.commits = [];
  if (!state.wireOpen) return;
  const id = state.nextId;
  state.nextId = id + 1;
  state.fencing = id;
  state.wireOpen = false;
  turn.effects.push({ kind: 'fence', id });
}

/** The owner's side at the start of a term: nobody was found, nothing was decided. */
export const freshStepping: Stepping = {
  phase: 'new',
  epoch: 0,
  durable: false,
  peerEnd: undefined,
  tail: undefined,
  progressAtMs: 0,
  sentAtMs: -clusterLimits.repeatMs,
  stepAtMs: -clusterLimits.repeatMs,
  granted: false,
  blocked: false,
  exposedOn: undefined,
  askedOutdatedAtMs: -clusterLimits.repeatMs,
};

/** The standby's side at the start of a term: outdated, until R5. */
export const freshFollowing: Following = {
  epoch: 0,
  outdatedEpoch: 0,
  inStep: false,
  confirmedSentAtMs: undefined,
  storing: false,
  cutting: false,
  blocked: false,
};

/**
 * Gives up an ownership, if there was one, and follows; the next term goes to the peer if it
 * speaks.
 */
export function standBy(turn: Turn): void {
  const { state, now } = turn;
  if (isOwner(state)) {
    turn.rules.fence(turn);
    state.yieldUntilMs = now + clusterLimits.yieldMs;
    turn.effects.push({ kind: 'stand-by' });
  }
  state.role = 'standby';
  state.claim = undefined;
  state.drain = undefined;
  state.lapsedAtMs = undefined;
  // What a standby may still believe of its being in step outlives the term it was granted in.
  state.stepping = { ...freshStepping, granted: state.stepping.granted };
  // What the disk is doing goes on.
  const { storing, cutting } = state.following;
  state.following = { ...freshFollowing, storing, cutting };
  state.nextBeatAtMs = now;
}

export interface Ownership {
  readonly term: Term;
  readonly leaseUntilMs: number;
  readonly leaseBy: GroupState['leaseBy'];
  readonly writeFromMs: number;
  /** The end of the peer's log where it is known. */
  readonly peerEnd: Position | undefined;
  /** A standby may still believe itself in step: only where the term was taken behind its back. */
  readonly mayBeBelieved: boolean;
}

/** Begins an ownership: the address follows with the next renewal, once live() says so. */
export function takeOver(turn: Turn, ownership: Ownership): void {
  const { state } = turn;
  const clean = turn.rules.R6(turn, ownership.peerEnd);
  endLapse(turn);
  state.role = 'owner';
  state.claim = undefined;
  state.leaseUntilMs = ownership.leaseUntilMs;
  state.leaseBy = ownership.leaseBy;
  state.writeFromMs = ownership.writeFromMs;
  state.takenFromMs = ownership.writeFromMs;
  state.spentTerm = undefined;
  state.acted = false;
  state.termDurable = true;
  state.lapsedAtMs = undefined;
  state.following = freshFollowing;
  const granted = state.stepping.granted && ownership.mayBeBelieved;
  state.stepping = { ...freshStepping, granted };
  state.nextBeatAtMs = turn.now;
  state.nextRenewalAtMs = turn.now;
  state.highestCounter = Math.max(state.highestCounter, ownership.term.counter);
  const change = { term: ownership.term, mode: 'outdated', waitFromSeq: 0, joined: true } as const;
  persist(turn, change, { kind: 'nothing' });
  const replaced = knowsNothing(state.log, ownership.peerEnd) ? ({ replaced: true } as const) : {};
  turn.effects.push({ kind: 'take-over', term: ownership.term, clean, ...replaced });
}
