// Rules T1 to T6: terms, the lease by echo, and the signs of an owner; D and the next term.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Term } from '../../store/contract.ts';
import type { Body, Header, Heartbeat, Path } from '../contract/message.ts';
import type { OwnerSign, Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { standBy } from '../fence.ts';
import { contains } from '../history.ts';
import { compareTerms, sameTerm } from '../term.ts';
import { endLapse, isOwner, longestLeaseMs, noteOwner, persist, send, sentAs } from '../turn.ts';

/** D = 1.02 L + 100 ms: longer than the lease on any clock that drifts by at most 1 %. */
export function D(leaseMs: number): number {
  return leaseMs * (1 + clusterLimits.marginShare) + clusterLimits.marginMs;
}

/** A term no other node can name, from the counters that are reserved on disk. */
export function nextTerm(state: GroupState): Term | undefined {
  const counter = Math.max(state.highestCounter, state.durable.term.counter) + 1;
  if (counter > state.reservedCounter) return undefined;
  return { generation: state.config.generation, counter, node: state.config.self };
}

/** T1: a higher term is adopted, whatever this node was; it stands by, and its wait begins anew. */
export function T1(turn: Turn, term: Term): void {
  const { state } = turn;
  if (compareTerms(term, state.durable.term) <= 0) return;
  // A claim of one's own that is not lower stays: the other node adopts it, and may say so first.
  if (state.claim !== undefined && compareTerms(term, state.claim.term) <= 0) return;
  standBy(turn);
  state.highestCounter = Math.max(state.highestCounter, term.counter);
  state.termDurable = false;
  noteOwner(turn, longestLeaseMs, peerWireTailMs(state));
  persist(turn, { term, mode: 'outdated', waitFromSeq: 0 }, { kind: 'adopted', term });
}

/** T2: a standby notes its owner's heartbeat, and echoes at once one that came directly. */
export function T2(turn: Turn, header: Header, beat: Heartbeat, path: Path): void {
  const { state, now } = turn;
  if (state.role !== 'standby' && state.role !== 'boot') return;
  if (!isOwner(beat) || !sameTerm(beat.term, state.durable.term)) return;
  state.role = 'standby';
  // The peer had what was left to it: whoever of the two gives up next leaves it to the other.
  state.yieldUntilMs = -Infinity;
  noteOwner(turn, beat.leaseMs, beat.wireTailMs);
  // The term is durable before anyone may rely on its being known here.
  const fresh = header.seq > state.echoedSeq;
  if (path === 'direct' && fresh && state.termDurable) echo(turn, header, beat, now);
}

function echo(turn: Turn, header: Header, beat: Heartbeat, now: number): void {
  const { state } = turn;
  const number = state.echoNumber + 1;
  state.echoedSeq = header.seq;
  state.echoNumber = number;
  const kept = state.echoesSent.slice(1 - clusterLimits.rememberedSendings);
  state.echoesSent = [...kept, { number, atMs: now }];
  send(turn, 'direct', {
    kind: 'echo',
    boot: header.boot,
    term: beat.term,
    seq: header.seq,
    number,
    logEnd: state.log.end,
  });
}

/**
 * T3: signs of another owner while this node takes over. A claimant has no echo to give (T2 asks
 * for the role); what it heard is waited for before its first act. An owner without a lease that
 * hears of another one through the witness gives up: the other may have acted meanwhile.
 */
export function T3(turn: Turn, sign: OwnerSign): void {
  const { state, now } = turn;
  const { leaseMs, wireTailMs, path } = sign;
  const untilMs = now + turn.rules.D(leaseMs) + wireTailMs;
  if (state.role === 'claiming') state.ownerUntilMs = Math.max(state.ownerUntilMs, untilMs);
  if (!isOwner(state)) return;
  if (path === 'witness' && now >= state.leaseUntilMs) {
    standBy(turn);
    noteOwner(turn, leaseMs, wireTailMs);
  } else if (!isSpent(turn, sign) && !state.acted) {
    state.writeFromMs = Math.max(state.writeFromMs, untilMs);
  }
}

/**
 * An owner that says itself that its lease is over is not waited for, nor for what it had said
 * before and comes late, from a connection that was dead meanwhile: this node owns the group, and
 * echoes nothing by which that one could have a lease again.
 */
function isSpent(turn: Turn, { term, path, lapsed, wireTailMs }: OwnerSign): boolean {
  if (lapsed && path === 'direct') spend(turn, term, wireTailMs);
  const { spentTerm } = turn.state;
  return lapsed || (spentTerm !== undefined && compareTerms(term, spentTerm) <= 0);
}

/** Nothing but what the peer's kernel may still have is waited for. */
function spend({ state, now }: Turn, term: Term, wireTailMs: number): void {
  state.spentTerm = term;
  if (state.acted) return;
  const tailEndMs = Math.max(state.takenFromMs, now + wireTailMs);
  state.writeFromMs = Math.min(state.writeFromMs, tailEndMs);
}

/**
 * T4: an echo lets the owner act for one lease, counted from when the heartbeat was sent. A lease
 * that was over comes back only from a standby whose log holds nothing unknown here: it may have
 * owned the group in a lower term meanwhile, before it heard of this one.
 */
export function T4(turn: Turn, echo: Extract<Body, { kind: 'echo' }>): void {
  const { state, now } = turn;
  if (!isOwner(state) || echo.boot !== state.boot) return;
  if (!sameTerm(echo.term, state.durable.term)) return;
  const sending = sentAs(state, 'direct', 0, echo.seq);
  if (sending === undefined) return;
  if (now >= state.leaseUntilMs && !contains(state.log, echo.logEnd)) {
    standBy(turn);
    return;
  }
  extendLease(turn, sending.atMs + sending.leaseMs, 'echo');
  // It adopted this term, durably: as an owner of a lower one it acts no more.
  if (state.spentTerm === undefined || !sameTerm(state.spentTerm, echo.term)) {
    spend(turn, echo.term, peerWireTailMs(state));
  }
  const { peer } = state;
  const lastEchoNumber = Math.max(peer.lastEchoNumber, echo.number);
  state.peer = { ...peer, lastEchoAtMs: now, lastEchoNumber };
}

export function extendLease(turn: Turn, untilMs: number, by: GroupState['leaseBy']): void {
  const { state } = turn;
  if (untilMs <= state.leaseUntilMs) return;
  state.leaseUntilMs = untilMs;
  state.leaseBy = by;
  if (turn.now < untilMs) endLapse(turn);
}

/** T5: the owner counts on an echo: the in-step lease runs from when that was sent. */
export function T5(turn: Turn, beat: Heartbeat): void {
  const { state } = turn;
  const { following } = state;
  if (!following.inStep || !sameTerm(beat.term, state.durable.term)) return;
  if (beat.mode === 'exposed' && beat.epoch >= following.epoch) {
    state.following = { ...following, inStep: false };
    return;
  }
  if (beat.mode !== 'in-step' || beat.epoch < following.epoch) return;
  const sent = state.echoesSent.findLast((each) => each.number === beat.confirms);
  if (sent === undefined) return;
  const confirmedSentAtMs = Math.max(following.confirmedSentAtMs ?? sent.atMs, sent.atMs);
  state.following = { ...following, confirmedSentAtMs };
}

/** T6: a will or a closed connection proves nothing; it is a reason to look. */
export function T6(turn: Turn): void {
  const { state, now } = turn;
  state.probing = { ...state.probing, sinceMs: state.probing.sinceMs ?? now };
}

export function peerWireTailMs(state: GroupState): number {
  return Math.max(state.peer.beat?.wireTailMs ?? 0, state.config.wireTailMs);
}
