// What a group's machine does as time goes on: lapses, heartbeats, renewals, waits that end; and
// when it wants the next tick.
import { clusterLimits } from '../limits/cluster-limits.ts';
import type { Turn } from './contract/rules.ts';
import type { GroupState } from './contract/state.ts';
import { isNewTo } from './fence.ts';
import { watchStandby } from './rules/in-step.ts';
import { leave } from './rules/move.ts';
import { wantsArbiter } from './rules/no-witness.ts';
import { attend } from './rules/rejoin.ts';
import { askAgain } from './rules/start.ts';
import { baseLeaseMs, isOwner, noteOwner, persist, send } from './turn.ts';

export function tick(turn: Turn): void {
  const { state } = turn;
  if (state.unpaired) return;
  noticeOwnStandstill(turn);
  if (isOwner(state)) tickOwner(turn);
  if (!isOwner(state)) tickStandby(turn);
  leave(turn);
  reserve(turn);
  if (turn.now >= state.nextBeatAtMs) beat(turn);
}

/**
 * A node that itself stood still judges nobody by that time: what was said meanwhile is still
 * unread.
 */
function noticeOwnStandstill(turn: Turn): void {
  const { state, now } = turn;
  const stoodStill = now - state.tickedAtMs >= clusterLimits.ownStandstillMs;
  state.tickedAtMs = now;
  if (!stoodStill || isOwner(state) || state.role === 'boot') return;
  state.role = 'standby';
  state.claim = undefined;
  noteOwner(turn, baseLeaseMs, 0);
}

function tickOwner(turn: Turn): void {
  noticeLapse(turn);
  turn.rules.W5(turn);
  if (!isOwner(turn.state)) return;
  renewAddress(turn);
  if (wantsArbiter(turn.state, turn.now)) turn.effects.push({ kind: 'ask-arbiters' });
  watchStandby(turn);
  attend(turn);
  turn.rules.R5(turn);
  turn.rules.R2slow(turn);
  turn.rules.M1(turn);
}

/**
 * The end of a lease closes the wire; the role stays, for the lease may come back in the same term
 * (T4, W2).
 */
function noticeLapse(turn: Turn): void {
  const { state, now } = turn;
  if (now < state.leaseUntilMs || state.durable.peerPromised) {
    state.lapsedAtMs = undefined;
    return;
  }
  if (state.lapsedAtMs !== undefined) return;
  state.lapseFromMs = state.leaseUntilMs - state.leaseMs;
  turn.rules.fence(turn);
  state.lapsedAtMs = now;
}

/** 600 → 1,200 → 2,400 ms as lapses repeat, and back once they are a while ago. */
function leaseLength(state: GroupState, now: number): number {
  const recent = state.lapses.filter((atMs) => atMs > now - clusterLimits.lapseWindowMs).length;
  const steps = clusterLimits.leaseStepsMs;
  const index = Math.min(Math.floor(recent / clusterLimits.lapsesPerLeaseStep), steps.length - 1);
  return steps[index] ?? baseLeaseMs;
}

function renewAddress(turn: Turn): void {
  const { state, now } = turn;
  if (now < state.nextRenewalAtMs || !turn.rules.live(state, now)) return;
  state.nextRenewalAtMs = now + clusterLimits.addressRenewalMs;
  state.wireOpen = true;
  const untilMs = state.durable.peerPromised ? now + state.leaseMs : state.leaseUntilMs;
  turn.effects.push({ kind: 'renew-address', untilMs });
}

function tickStandby(turn: Turn): void {
  const { state } = turn;
  turn.rules.B2(turn);
  if (isOwner(state)) return;
  askAgain(turn);
  look(turn);
  if (state.config.witness) turn.rules.W3(turn);
  else turn.rules.N2(turn);
}

/** Probes and arbiters, once the owner was silent for a while or its connection closed. */
function look(turn: Turn): void {
  const { state, now } = turn;
  const sinceMs = state.probing.sinceMs ?? state.quietMs + clusterLimits.probeAfterSilenceMs;
  const last = state.probing.sentAtMs.at(-1) ?? -Infinity;
  if (now < sinceMs || now < last + clusterLimits.probeEveryMs) return;
  const sentAtMs = [...state.probing.sentAtMs, now].slice(-clusterLimits.rememberedProbes);
  state.probing = { ...state.probing, sentAtMs };
  turn.effects.push({ kind: 'probe' });
  if (!state.config.witness) turn.effects.push({ kind: 'ask-arbiters' });
}

function reserve(turn: Turn): void {
  const { state } = turn;
  const used = Math.max(state.highestCounter, state.durable.term.counter);
  if (state.durable.reservedCounter >= used + clusterLimits.reservedTermsLeast) return;
  persist(turn, {}, { kind: 'nothing' });
}

/** The heartbeat: to the peer, and through the witness. */
export function beat(turn: Turn): void {
  const { state, now } = turn;
  state.nextBeatAtMs = now + clusterLimits.heartbeatMs;
  state.leaseMs = leaseLength(state, now);
  const { stepping, following, config } = state;
  const owner = isOwner(state);
  const counts = owner && stepping.phase === 'in-step' && stepping.durable;
  if (counts && state.peer.lastEchoNumber > 0) state.stepping = { ...stepping, granted: true };
  const body = {
    kind: 'heartbeat',
    term: state.durable.term,
    role: state.role,
    mode: owner
      ? stepping.phase === 'exposed'
        ? 'exposed'
        : 'in-step'
      : following.inStep
        ? 'in-step'
        : 'outdated',
    epoch: owner ? stepping.epoch : following.epoch,
    logEnd: state.log.end,
    ...(state.log.begin === undefined ? {} : { logBegin: state.log.begin }),
    leaseMs: state.leaseMs,
    wireTailMs: config.wireTailMs,
    confirms: counts ? state.peer.lastEchoNumber : 0,
    yields: now < state.yieldUntilMs || state.durable.promised,
    leaves:
      state.leaving || state.durable.promised || (state.peer.beat !== undefined && isNewTo(state)),
    lapsed: owner && isLapsed(state),
  } as const;
  send(turn, 'direct', body);
  if (config.witness) send(turn, 'witness', body);
}

/** When the next tick is wanted at the latest. */
export function wakeAtMs(state: GroupState, now: number): number {
  if (state.unpaired) return Infinity;
  const role = isOwner(state) ? ownerWakesAtMs(state) : standbyWakesAtMs(state, now);
  return Math.max(Math.min(state.nextBeatAtMs, role), now + clusterLimits.leastTickMs);
}

/** Without a lease, and none came since. */
function isLapsed({ lapsedAtMs, leaseUntilMs }: GroupState): boolean {
  return lapsedAtMs !== undefined && leaseUntilMs <= lapsedAtMs;
}

function ownerWakesAtMs(state: GroupState): number {
  // Nothing is renewed without a lease, which comes by a message; only W5 is waited for.
  const renewalAtMs = isLapsed(state)
    ? (state.lapsedAtMs ?? 0) + clusterLimits.leasesUntilStandby * baseLeaseMs
    : Math.max(state.nextRenewalAtMs, state.writeFromMs);
  const leased = state.lapsedAtMs === undefined && !state.durable.peerPromised;
  const lapseAtMs = leased ? state.leaseUntilMs : Infinity;
  return Math.min(renewalAtMs, lapseAtMs, state.drain?.deadlineMs ?? Infinity);
}

function standbyWakesAtMs(state: GroupState, now: number): number {
  const claimAtMs = state.ownerUntilMs > now ? state.ownerUntilMs : Infinity;
  const askAtMs = state.claim === undefined ? Infinity : now + clusterLimits.askEveryMs;
  const sinceMs = state.probing.sinceMs ?? state.quietMs + clusterLimits.probeAfterSilenceMs;
  const last = state.probing.sentAtMs.at(-1) ?? -Infinity;
  const probeAtMs = Math.max(sinceMs, last + clusterLimits.probeEveryMs);
  return Math.min(claimAtMs, askAtMs, probeAtMs);
}
