// Rules B1 and B2: who leads when nobody does, with the peer's answer or alone.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Body, Heartbeat } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { takeOver } from '../fence.ts';
import { comparePositions, compareTerms, sameTerm } from '../term.ts';
import { baseLeaseMs, isOwner, noteOwner, send, sentAs } from '../turn.ts';
import { peerWireTailMs } from './terms.ts';

/**
 * B1: both speak and nobody owns the group: the greater (term, log end) asks for a new term, and
 * has it with the peer's answer. At a start also an owner of a lower term is asked: it fences (T1)
 * before it answers.
 */
export function B1(turn: Turn, beat: Heartbeat): void {
  const { state } = turn;
  if (state.role !== 'standby' && state.role !== 'boot') return;
  // Who has just adopted a term leaves the asking to whom it came from.
  if (!state.termDurable || !turn.rules.mayLead(state) || beat.role === 'claiming') return;
  const lower = compareTerms(beat.term, state.durable.term) < 0;
  if (isOwner(beat) && !(state.role === 'boot' && lower)) return;
  if (!leads(state, beat, turn.now)) return;
  const term = turn.rules.nextTerm(state);
  if (term === undefined) return;
  state.highestCounter = term.counter;
  state.role = 'claiming';
  state.claim = {
    term,
    sentAtMs: turn.now,
    of: 'peer',
    seq: send(turn, 'direct', { kind: 'ask', term, knows: state.durable.term }),
  };
}

function leads(state: GroupState, beat: Heartbeat, now: number): boolean {
  if (beat.leaves === true) return true;
  const yields = now < state.yieldUntilMs;
  if (yields !== beat.yields) return beat.yields;
  const byTerm = compareTerms(state.durable.term, beat.term);
  if (byTerm !== 0) return byTerm > 0;
  const byLog = comparePositions(state.log.end, beat.logEnd);
  return byLog === 0 ? state.config.self > state.config.peer : byLog > 0;
}

/** Asks again until the answer or the end of one lease. */
export function askAgain(turn: Turn): void {
  const { state, now } = turn;
  const { claim } = state;
  if (claim?.of !== 'peer') return;
  if (now < claim.sentAtMs + baseLeaseMs) {
    send(turn, 'direct', { kind: 'ask', term: claim.term, knows: state.durable.term });
    return;
  }
  state.role = 'standby';
  state.claim = undefined;
}

/**
 * The answering half of B1: the term is adopted (T1), and granted once nothing of an older
 * ownership is open. An owner gives way only to one that knows of a higher term than its own: the
 * others go by an old heartbeat of it.
 */
export function answerAsk(
  turn: Turn,
  boot: number,
  seq: number,
  { term, knows }: Extract<Body, { kind: 'ask' }>,
): void {
  const { state } = turn;
  if (isOwner(state) && compareTerms(knows, state.durable.term) <= 0) return;
  turn.rules.T1(turn, term);
  if (!sameTerm(term, state.durable.term) || !state.termDurable) return;
  if (state.role !== 'standby' || state.fencing !== undefined) return;
  noteOwner(turn, baseLeaseMs, peerWireTailMs(state));
  send(turn, 'direct', { kind: 'grant', term, boot, seq, logEnd: state.log.end });
}

/**
 * The peer's answer: it owns nothing, it will wait for the end of this lease, and its log ends
 * there.
 */
export function granted(turn: Turn, grant: Extract<Body, { kind: 'grant' }>): void {
  const { state } = turn;
  const { claim } = state;
  if (claim?.of !== 'peer' || grant.boot !== state.boot) return;
  if (!sameTerm(grant.term, claim.term)) return;
  const sending = sentAs(state, 'direct', 0, grant.seq);
  if (sending === undefined) return;
  takeOver(turn, {
    term: claim.term,
    leaseUntilMs: sending.atMs + baseLeaseMs,
    leaseBy: 'grant',
    writeFromMs: turn.now,
    peerEnd: grant.logEnd,
    mayBeBelieved: false,
  });
}

/**
 * B2: no peer for a minute after an arbiter or the witness first answered: stand by, outdated, so
 * that W3 or N2 may go on. With the peer's promise on disk nobody else can own the group: at once,
 * and clean.
 */
export function B2(turn: Turn): void {
  const { state, now } = turn;
  if (state.role !== 'boot') return;
  if (state.durable.peerPromised) {
    const term = turn.rules.nextTerm(state);
    if (term === undefined) return;
    takeOver(turn, {
      term,
      leaseUntilMs: 0,
      leaseBy: 'none',
      writeFromMs: now,
      peerEnd: state.log.end,
      mayBeBelieved: false,
    });
    return;
  }
  if (state.bootFromMs === undefined || now < state.bootFromMs + clusterLimits.bootWaitMs) return;
  state.role = 'standby';
}
