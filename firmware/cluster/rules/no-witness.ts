// Rules N1 and N2: without a witness, arbiters let an owner go on, and unanswered probes let a
// standby begin.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { takeOver } from '../fence.ts';
import { baseLeaseMs, isOwner } from '../turn.ts';
import { extendLease } from './terms.ts';

/**
 * An owner that hears nothing of its peer, or whose peer hears nothing of it, may ask the arbiters.
 */
export function wantsArbiter(state: GroupState, now: number): boolean {
  const silentMs = now - Math.max(state.peer.lastEchoAtMs, state.peer.heardAtMs);
  return (
    !state.config.witness &&
    isOwner(state) &&
    state.carrier &&
    !state.durable.peerPromised &&
    silentMs >= clusterLimits.arbiterAfterMs
  );
}

/**
 * N1: an owner whose peer is silent goes on while an arbiter answers it. A peer that is heard, but
 * does not echo, may hear nothing of this owner and take over: then no arbiter helps. Nor does one
 * bring back a lease that is over: by then the peer may own the group, and only its echo, or N2
 * anew, tells.
 */
export function N1(turn: Turn, askedAtMs: number): void {
  const { state } = turn;
  if (!wantsArbiter(state, askedAtMs) || state.peer.heardAtMs > askedAtMs) return;
  if (turn.now >= state.leaseUntilMs) return;
  extendLease(turn, askedAtMs + state.leaseMs, 'arbiter');
}

/**
 * N2: the owner's lease is over, an arbiter answers, the owner's addresses don't: take the next
 * term. A peer that is heard at all, however late, is asked instead (B1): on a slow link probes are
 * not answered in time.
 */
export function N2(turn: Turn): void {
  const { state, now } = turn;
  if (state.config.witness || state.role !== 'standby' || !turn.rules.mayLead(state)) return;
  if (now < state.ownerUntilMs || !state.carrier) return;
  if (now < state.peer.heardAtMs + turn.rules.D(baseLeaseMs)) return;
  const { probing } = state;
  if (now >= probing.arbiterAtMs + clusterLimits.probeWindowMs) return;
  if (!unanswered(state, now)) return;
  const term = turn.rules.nextTerm(state);
  if (term === undefined) return;
  takeOver(turn, {
    term,
    leaseUntilMs: probing.arbiterAskedAtMs + baseLeaseMs,
    leaseBy: 'arbiter',
    writeFromMs: now,
    peerEnd: undefined,
    mayBeBelieved: true,
  });
}

/** At least five probes of the last window had the time to be answered, and none was. */
function unanswered(state: GroupState, now: number): boolean {
  const { probing } = state;
  const counting = probing.sentAtMs.filter(
    (sentAtMs) =>
      sentAtMs >= probing.unansweredFromMs &&
      sentAtMs > now - clusterLimits.probeWindowMs - clusterLimits.probeAnswerMs &&
      sentAtMs <= now - clusterLimits.probeAnswerMs,
  );
  return counting.length >= clusterLimits.probes;
}
