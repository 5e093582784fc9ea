// Rule M1: handing a group over in order, and leaving a pair in order.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Body } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import { standBy } from '../fence.ts';
import { sameTerm } from '../term.ts';
import { persist, send } from '../turn.ts';

/** A move begins: only to a standby in step, which lacks nothing that this owner was told. */
export function beginMove(turn: Turn, timeoutMs: number): void {
  const { state, now } = turn;
  const inStep = state.stepping.phase === 'in-step' && state.stepping.durable;
  if (state.role !== 'owner' || !inStep) {
    const reason = state.role === 'owner' ? 'not-in-step' : 'not-owner';
    turn.effects.push({ kind: 'move-refused', reason });
    return;
  }
  state.role = 'draining';
  state.drain = { deadlineMs: now + timeoutMs, done: false };
  turn.effects.push({ kind: 'drain', deadlineMs: now + timeoutMs });
}

/**
 * M1: nothing starts any more; what prints and uploads ends, or the deadline does; what was
 * committed is on both nodes; then fence, and only after it stand by, so that the peer, which is
 * told at once, may ask (B1).
 */
export function M1(turn: Turn): void {
  const { state, now } = turn;
  if (state.role !== 'draining' || state.drain === undefined) return;
  const over = now >= state.drain.deadlineMs;
  const settled = state.drain.done && state.commits.length === 0;
  if (settled || over) standBy(turn);
}

/**
 * Each tick of a node that is to leave: an owner moves first; a standby in step promises, until it
 * is heard.
 */
export function leave(turn: Turn): void {
  const { state, now } = turn;
  if (!state.leaving) return;
  if (state.role === 'owner') {
    if (state.stepping.phase === 'in-step' && state.stepping.durable) {
      beginMove(turn, clusterLimits.dataAcknowledgementMs);
    }
    return;
  }
  if (state.role !== 'standby') return;
  const { epoch } = state.following;
  const { term } = state.durable;
  if (state.durable.promised) {
    if (now < state.nextPromiseAtMs) return;
    state.nextPromiseAtMs = now + clusterLimits.repeatMs;
    send(turn, 'direct', { kind: 'promise', term, epoch });
  } else if (turn.rules.R4(state, now)) {
    persist(turn, { promised: true }, { kind: 'promised', term, epoch });
  }
}

/**
 * The owner's half of an orderly leave: stored before it is answered. The epoch tells a promise of
 * now from one that was kept before, and arrives late.
 */
export function M1promise(turn: Turn, { term, epoch }: Extract<Body, { kind: 'promise' }>): void {
  const { state } = turn;
  if (!sameTerm(term, state.durable.term) || state.role !== 'owner') return;
  if (epoch !== state.stepping.epoch || state.stepping.phase !== 'in-step') return;
  if (!state.stepping.durable) return;
  persist(turn, { peerPromised: true }, { kind: 'peer-promised', term, epoch });
}
