// Rules R1, R2 and R6: commits on both nodes, records from the owner only, and what a takeover may
// rely on.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { LogRecord } from '../../store/contract.ts';
import type { Body, Position } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { contains, knowsNothing } from '../history.ts';
import { samePosition, sameTerm } from '../term.ts';
import { isOwner, persist, send } from '../turn.ts';
import { expose, sendStep } from './in-step.ts';

/**
 * R1: a commit is done once it is durable here and, unless this owner is durably exposed, on the
 * standby; whether anyone may be told is asked of live() only then. What needs both nodes fails
 * where its owner goes on alone.
 */
export function R1(turn: Turn): void {
  const { state, now } = turn;
  if (!isOwner(state)) return;
  const { stepping } = state;
  const alone = stepping.phase === 'exposed' && stepping.durable;
  const peerSeq = stepping.peerEnd?.seq ?? 0;
  let done = 0;
  for (const { id, seq, needsBoth } of state.commits) {
    if (seq === undefined || !(alone || seq <= peerSeq)) break;
    done += 1;
    if (needsBoth && seq > peerSeq) {
      turn.effects.push({ kind: 'commit-failed', id });
      continue;
    }
    const acknowledged = turn.rules.live(state, now);
    if (acknowledged) state.acted = true;
    turn.effects.push({ kind: 'commit-done', id, acknowledged });
  }
  if (done > 0) state.commits = state.commits.slice(done);
}

/** A commit asked for by the spooler; nothing is even written where nobody could be told. */
export function commit(turn: Turn, id: number, needsBoth: boolean): void {
  const { state } = turn;
  const full = state.commits.length >= clusterLimits.waitingCommits;
  const alone = needsBoth && state.stepping.phase === 'exposed';
  if (full || alone || !turn.rules.live(state, turn.now)) {
    turn.effects.push({ kind: 'commit-failed', id });
    return;
  }
  state.commits = [...state.commits, { id, seq: undefined, needsBoth }];
  state.appending += 1;
  turn.effects.push({ kind: 'append', id, term: state.durable.term });
}

/** R2: a standby takes records of its term's owner alone, and only what follows its own end. */
export function R2(turn: Turn, message: Extract<Body, { kind: 'records' }>): void {
  const { state } = turn;
  if (!sameTerm(message.term, state.durable.term)) return;
  if (state.following.storing || state.following.cutting) return;
  const fresh = following(state, message.after, message.records);
  if (fresh.length === 0) {
    tellStored(turn);
    return;
  }
  state.following = { ...state.following, storing: true };
  turn.effects.push({ kind: 'store-records', records: fresh });
}

/** Those of the records that continue the log; none where they don't fit to its end. */
function following(
  state: GroupState,
  after: Position,
  records: readonly LogRecord[],
): readonly LogRecord[] {
  const { end } = state.log;
  if (after.seq > end.seq) return [];
  const known = [after, ...records].find(({ seq }) => seq === end.seq);
  if (known === undefined || !(end.seq === 0 || sameTerm(known.term, end.term))) return [];
  return records.filter(({ seq }) => seq > end.seq);
}

/**
 * What a standby was sent and stored its owner has as well, and what fits of that which an owner
 * hears of its standby that one has: said once in so many records, so that the log can begin with a
 * snapshot.
 */
export function noteShared(turn: Turn, seq: number): void {
  const { state } = turn;
  const every = state.config.recordsPerSnapshot ?? clusterLimits.recordsPerSnapshot;
  if (Math.floor(seq / every) <= Math.floor(state.sharedSeq / every)) return;
  state.sharedSeq = seq;
  turn.effects.push({ kind: 'log-shared', seq, every });
}

export function tellStored(turn: Turn): void {
  const { state } = turn;
  if (state.role !== 'standby' || !state.termDurable) return;
  const { blocked } = state.following;
  const stored = { kind: 'stored', term: state.durable.term, end: state.log.end } as const;
  send(turn, 'direct', blocked ? { ...stored, blocked } : stored);
}

/** The owner hears how far its standby is. */
export function peerStored(
  turn: Turn,
  { end, blocked = false }: Extract<Body, { kind: 'stored' }>,
): void {
  const { state, now } = turn;
  state.stepping = { ...state.stepping, blocked };
  const { stepping } = state;
  if (stepping.tail !== undefined && !samePosition(end, stepping.tail.fork)) return;
  if (!contains(state.log, end)) {
    state.stepping = { ...stepping, peerEnd: undefined };
    return;
  }
  const moved = end.seq !== stepping.peerEnd?.seq;
  if (!moved) return;
  state.stepping = { ...stepping, tail: undefined, peerEnd: end, progressAtMs: now };
  noteShared(turn, end.seq);
  stepWhereReached(turn, stepping.peerEnd?.seq ?? 0);
  turn.rules.R1(turn);
  sendRecords(turn);
}

/** R5: the standby has all that it was asked to have just now; it may have said no before. */
function stepWhereReached(turn: Turn, beforeSeq: number): void {
  const { stepping, durable } = turn.state;
  if (stepping.phase !== 'waiting' || !stepping.durable || stepping.blocked) return;
  const { waitFromSeq } = durable;
  if (beforeSeq < waitFromSeq && (stepping.peerEnd?.seq ?? 0) >= waitFromSeq) sendStep(turn);
}

/** Asks for the records that the standby lacks to be sent. */
export function sendRecords(turn: Turn): void {
  const { state, now } = turn;
  const { peerEnd } = state.stepping;
  if (!isOwner(state) || peerEnd === undefined || peerEnd.seq >= state.log.end.seq) return;
  state.stepping = { ...state.stepping, sentAtMs: now };
  turn.effects.push({
    kind: 'read-records',
    of: 'log',
    after: peerEnd,
    term: state.durable.term,
    limit: clusterLimits.recordsPerMessage,
  });
}

/**
 * R2, the owner's half: a standby that lives but stores nothing is waited for, then asked to mark
 * itself; at once, where it does not know what comes next.
 */
export function R2slow(turn: Turn): void {
  const { state, now } = turn;
  const { stepping } = state;
  if (stepping.phase !== 'in-step' && stepping.phase !== 'waiting') return;
  const waits = state.commits.some(({ seq }) => seq !== undefined);
  const patienceMs = stepping.blocked ? 0 : clusterLimits.dataAcknowledgementMs;
  if (!waits || now < stepping.progressAtMs + patienceMs) return;
  if (now < stepping.askedOutdatedAtMs + clusterLimits.repeatMs) return;
  state.stepping = { ...stepping, askedOutdatedAtMs: now };
  send(turn, 'direct', {
    kind: 'mark-outdated',
    term: state.durable.term,
    epoch: stepping.epoch,
  });
}

/** The standby's half: it stores that it is outdated before it says so. */
export function markOutdated(turn: Turn, epoch: number): void {
  const { state } = turn;
  const { following } = state;
  if (epoch < following.epoch) return;
  const outdatedEpoch = Math.max(following.outdatedEpoch, epoch);
  state.following = { ...following, inStep: false, outdatedEpoch };
  persist(turn, { mode: 'outdated' }, { kind: 'outdated', term: state.durable.term, epoch });
}

/** The owner hears that its standby marked itself. */
export function peerOutdated(turn: Turn, epoch: number): void {
  const { stepping } = turn.state;
  if (epoch !== stepping.epoch || !isOwner(turn.state)) return;
  turn.state.stepping = { ...stepping, granted: false };
  expose(turn);
}

/**
 * R6: a takeover may go on with the jobs it knows where this node was in step, or where the peer
 * itself said that its log holds nothing that is missing here. Otherwise it holds them. A peer with
 * nothing says so of itself alone, and not of the box in whose place it stands: then only an owner
 * that had gone on alone knows all.
 */
export function R6(turn: Turn, peerEnd: Position | undefined): boolean {
  const { state, now } = turn;
  if (knowsNothing(state.log, peerEnd)) return state.durable.mode === 'exposed';
  if (peerEnd !== undefined) return contains(state.log, peerEnd);
  return turn.rules.R4(state, now);
}
