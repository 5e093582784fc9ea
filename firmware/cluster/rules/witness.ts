// Rules W1 to W6: leases and claims through one witness, whose order both nodes see.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Body, Header } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { standBy, takeOver } from '../fence.ts';
import { sameTerm } from '../term.ts';
import { baseLeaseMs, isOwner, longestLeaseMs, noteOwner, send, sentAs } from '../turn.ts';
import { extendLease } from './terms.ts';

/**
 * W1: connected anew, a gap, or the peer came with a new connection: what was ordered before is not
 * known here, so nothing is renewed or claimed until each lease of that time has ended.
 */
export function W1(turn: Turn): void {
  const { state, now } = turn;
  state.witness = { ...state.witness, usableFromMs: now, brokeAtMs: now };
  // What was on its way may not come back: an owner that wants to be exposed says so again.
  state.stepping = { ...state.stepping, exposedOn: undefined };
  if (state.claim?.of === 'witness') giveUp(turn);
}

function giveUp(turn: Turn): void {
  turn.state.role = 'standby';
  turn.state.claim = undefined;
}

/** The order of the witness is known since long enough at this moment. */
function usable(turn: Turn, atMs: number): boolean {
  const { witness } = turn.state;
  return witness.connected && atMs >= witness.usableFromMs + turn.rules.D(longestLeaseMs);
}

/**
 * W2: my heartbeat came back and nothing higher before it, so no claim was ordered before. Counted
 * from its sending, which must itself lie past the wait: one from within it may come back late.
 */
export function W2(turn: Turn, header: Header): void {
  const { state } = turn;
  if (!isOwner(state)) return;
  const sending = sentAs(state, 'witness', header.connection, header.seq);
  if (sending === undefined || !usable(turn, sending.atMs)) return;
  extendLease(turn, sending.atMs + sending.leaseMs, 'witness');
}

/** W3: the owner is silent and its lease over: claim the next term; give up after one lease. */
export function W3(turn: Turn): void {
  const { state, now } = turn;
  if (state.claim?.of === 'witness' && now >= state.claim.sentAtMs + baseLeaseMs) giveUp(turn);
  if (state.role !== 'standby' || !turn.rules.mayLead(state) || !usable(turn, now)) return;
  if (now < state.ownerUntilMs || turn.rules.W6(state, now)) return;
  const speaks = now < state.peer.beatAtMs + clusterLimits.exposeAfterSilenceMs;
  if (now < state.yieldUntilMs && speaks) return;
  const term = turn.rules.nextTerm(state);
  if (term === undefined) return;
  state.highestCounter = term.counter;
  state.role = 'claiming';
  const seq = send(turn, 'witness', { kind: 'claim', term });
  state.claim = { term, sentAtMs: now, of: 'witness', seq };
}

/**
 * W4: my claim came back and nothing higher before it: the term is mine, once every older lease
 * ended.
 */
export function W4(turn: Turn, header: Header, { term }: Extract<Body, { kind: 'claim' }>): void {
  const { state } = turn;
  const { claim } = state;
  if (claim?.of !== 'witness' || !sameTerm(claim.term, term) || claim.seq !== header.seq) return;
  takeOver(turn, {
    term,
    leaseUntilMs: claim.sentAtMs + baseLeaseMs,
    leaseBy: 'witness',
    writeFromMs: state.ownerUntilMs,
    peerEnd: undefined,
    mayBeBelieved: false,
  });
}

/**
 * W5: an owner that has had no lease for three of the shortest ones gives up its role: less than
 * anyone waits who comes to the witness anew and may not know of this term.
 */
export function W5(turn: Turn): void {
  const { state, now } = turn;
  if (!isOwner(state) || state.durable.peerPromised || state.lapsedAtMs === undefined) return;
  if (now < state.lapsedAtMs + clusterLimits.leasesUntilStandby * baseLeaseMs) return;
  standBy(turn);
  noteOwner(turn, baseLeaseMs, 0);
}

/**
 * W6: the group's address is still answered by its owner: wait for the kernel to drop it, but not
 * for ever.
 */
export function W6(state: GroupState, now: number): boolean {
  const { groupAnsweredAtMs } = state.probing;
  const untilMs =
    state.ownerUntilMs + clusterLimits.addressLifetimeMs + clusterLimits.answeredAddressExtraMs;
  return now < untilMs && now < groupAnsweredAtMs + clusterLimits.probeWindowMs;
}
