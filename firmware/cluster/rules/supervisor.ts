// Rule X1: a supervisor that fenced its dead process lets the peer skip the wait.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Body } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import { takeOver } from '../fence.ts';
import { compareTerms } from '../term.ts';
import { baseLeaseMs, longestLeaseMs, sentAs } from '../turn.ts';

/**
 * X1: counts only as the answer to a heartbeat of mine of the last lease: an old one, delivered
 * late, must not speak of a process that lives again. With a witness the claim still goes through
 * it, since only its order tells whether the dead owner was exposed; without, the term is taken at
 * once. The wait of W1 is over too: what a connection that is young did not see could only be a
 * claim or a lease of the process that is dead.
 */
export function X1(turn: Turn, fenced: Extract<Body, { kind: 'fenced' }>): void {
  const { state, now } = turn;
  if (state.role !== 'standby' || !turn.rules.mayLead(state) || fenced.toBoot !== state.boot)
    return;
  if (fenced.boot < state.peer.boot) return;
  // In a term of my own nobody else acts: the dead process had a lower one.
  const { term: known } = state.durable;
  if (known.node !== state.config.self && compareTerms(fenced.term, known) < 0) return;
  const sending = sentAs(state, 'direct', 0, fenced.seq);
  if (sending === undefined || sending.atMs + baseLeaseMs <= now) return;
  // A sign of life after that heartbeat left is newer than the answer.
  if (state.quietMs > sending.atMs) return;
  if (state.config.witness) {
    state.ownerUntilMs = Math.min(state.ownerUntilMs, now);
    state.probing = { ...state.probing, groupAnsweredAtMs: now - clusterLimits.probeWindowMs };
    const usableFromMs = Math.min(state.witness.usableFromMs, now - turn.rules.D(longestLeaseMs));
    state.witness = { ...state.witness, usableFromMs };
    turn.rules.W3(turn);
    return;
  }
  const term = turn.rules.nextTerm(state);
  if (term === undefined) return;
  takeOver(turn, {
    term,
    leaseUntilMs: sending.atMs + baseLeaseMs,
    leaseBy: 'fenced',
    writeFromMs: now,
    peerEnd: undefined,
    mayBeBelieved: false,
  });
}
