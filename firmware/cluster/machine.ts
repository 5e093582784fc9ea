// A group's mind on one node: (state, event, now) → (state, effects), by the rules of PAIR.md. No
// I/O, clock or chance.
//
// Use: startGroup once for each start of the process, then step for each event, the effects done in
// order; a tick at wakeAtMs at the latest. `now` is the node's monotonic clock, which counts
// through sleep.
import type { ClusterEvent } from './contract/event.ts';
import type { Effect } from './contract/effect.ts';
import type { Rules, Turn } from './contract/rules.ts';
import type { AfterPersist, GroupState } from './contract/state.ts';
import { takeMessage } from './messages.ts';
import { grown, grownTo, cutAt } from './history.ts';
import { sendStep } from './rules/in-step.ts';
import { beginMove } from './rules/move.ts';
import { tailTaken } from './rules/rejoin.ts';
import { commit, noteShared, sendRecords, tellStored } from './rules/replication.ts';
import { standBy } from './fence.ts';
import { sameTerm } from './term.ts';
import { tick } from './tick.ts';
import { isOwner, send } from './turn.ts';

export interface Step {
  readonly state: GroupState;
  readonly effects: readonly Effect[];
}

/** What happened, judged by the rules: the state after it, and what is to be done, in order. */
export function step(rules: Rules, state: GroupState, event: ClusterEvent, now: number): Step {
  const effects: Effect[] = [];
  const turn: Turn = { state: { ...state }, now, effects, rules };
  take(turn, event);
  return { state: turn.state, effects };
}

function take(turn: Turn, event: ClusterEvent): void {
  const { state, now } = turn;
  switch (event.kind) {
    case 'tick':
      tick(turn);
      return;
    case 'message':
      if (!state.unpaired) takeMessage(turn, event);
      return;
    case 'peer-closed':
      turn.rules.T6(turn);
      return;
    case 'witness-connected': {
      const seen = { own: 0, peer: undefined };
      const { connection } = event;
      state.witness = { ...state.witness, connected: true, connection, seen };
      state.witnessSeq = 0;
      turn.rules.W1(turn);
      state.bootFromMs ??= now;
      return;
    }
    case 'witness-lost':
      state.witness = { ...state.witness, connected: false, brokeAtMs: now };
      return;
    case 'carrier':
      state.carrier = event.up;
      return;
    case 'arbiter-replied': {
      const arbiterAskedAtMs = Math.max(state.probing.arbiterAskedAtMs, event.askedAtMs);
      state.probing = { ...state.probing, arbiterAtMs: now, arbiterAskedAtMs };
      if (!state.config.witness) state.bootFromMs ??= now;
      turn.rules.N1(turn, event.askedAtMs);
      return;
    }
    case 'probe-answered':
      probeAnswered(turn, event);
      return;
    case 'persisted':
      persisted(turn, event.id);
      return;
    case 'fence-done':
      if (state.fencing === event.id) state.fencing = undefined;
      // The peer may ask at once.
      state.nextBeatAtMs = now;
      return;
    case 'address-renewed':
      if (state.wireOpen && !turn.rules.live(state, now)) turn.rules.fence(turn);
      return;
    case 'commit':
    case 'appended':
    case 'append-failed':
    case 'records-read':
    case 'drained':
    case 'tail-taken':
    case 'stored':
    case 'log-cut':
    case 'log-begins':
      takeLogEvent(turn, event);
      return;
    case 'move':
      beginMove(turn, event.timeoutMs);
      return;
    case 'leave':
      state.leaving = true;
      return;
    case 'unpaired':
      standBy(turn);
      state.unpaired = true;
  }
}

type LogEventKind =
  | 'commit'
  | 'appended'
  | 'append-failed'
  | 'records-read'
  | 'drained'
  | 'tail-taken'
  | 'stored'
  | 'log-cut'
  | 'log-begins';

function takeLogEvent(turn: Turn, event: Extract<ClusterEvent, { kind: LogEventKind }>): void {
  const { state } = turn;
  switch (event.kind) {
    case 'commit':
      commit(turn, event.id, event.needsBoth ?? false);
      return;
    case 'appended':
      appended(turn, event);
      return;
    case 'append-failed':
      state.appending -= 1;
      state.commits = state.commits.filter(({ id }) => id !== event.id);
      turn.effects.push({ kind: 'commit-failed', id: event.id });
      return;
    case 'records-read':
      recordsRead(turn, event);
      return;
    case 'drained':
      if (state.drain !== undefined) state.drain = { ...state.drain, done: true };
      turn.rules.M1(turn);
      return;
    case 'tail-taken':
      state.log = grownTo(state.log, event.end);
      tailTaken(turn, event.throughSeq);
      return;
    case 'stored':
      state.log = grown(state.log, event.records);
      state.following = { ...state.following, storing: false, blocked: event.blocked ?? false };
      // Only then it is known that this log is the beginning of its owner's.
      if (event.records.length > 0) noteShared(turn, state.log.end.seq);
      tellStored(turn);
      return;
    case 'log-cut':
      state.log = cutAt(state.log, event.fork);
      state.following = { ...state.following, cutting: false };
      tellStored(turn);
      return;
    case 'log-begins':
      state.log = { ...state.log, begin: event.begin };
      return;
  }
}

/** Records are durable here, whoever owns the group by now: the log is what the disk says. */
function appended(turn: Turn, event: Extract<ClusterEvent, { kind: 'appended' }>): void {
  const { state } = turn;
  state.log = grownTo(state.log, event.end);
  state.appending -= 1;
  state.commits = state.commits.map((commit) =>
    commit.id === event.id ? { ...commit, seq: event.end.seq } : commit,
  );
  turn.rules.R1(turn);
  sendRecords(turn);
}

function recordsRead(turn: Turn, event: Extract<ClusterEvent, { kind: 'records-read' }>): void {
  const { state } = turn;
  const { term, after, records } = event;
  if (!sameTerm(term, state.durable.term)) return;
  if (event.of === 'tail') {
    if (state.role === 'standby') send(turn, 'direct', { kind: 'tail', term, records });
  } else if (isOwner(state) && records.length > 0) {
    send(turn, 'direct', { kind: 'records', term, after, records });
  }
}

function probeAnswered(turn: Turn, event: Extract<ClusterEvent, { kind: 'probe-answered' }>): void {
  const { state, now } = turn;
  if (event.by === 'conflict') {
    turn.effects.push({ kind: 'conflict-seen' });
    return;
  }
  const groupAnsweredAtMs = event.of === 'group' ? now : state.probing.groupAnsweredAtMs;
  state.probing = { ...state.probing, unansweredFromMs: now, groupAnsweredAtMs };
}

/** The disk works in order: everything handed to it before is durable as well. */
function persisted(turn: Turn, id: number): void {
  const { state } = turn;
  const done = state.writes.filter((write) => write.id <= id);
  state.writes = state.writes.filter((write) => write.id > id);
  for (const write of done) {
    state.reservedCounter = Math.max(state.reservedCounter, write.reservedCounter);
    goOn(turn, write.next);
  }
}

function goOn(turn: Turn, next: AfterPersist): void {
  const { state } = turn;
  if (next.kind === 'nothing' || !sameTerm(next.term, state.durable.term)) return;
  const { stepping, following } = state;
  const { term } = next;
  switch (next.kind) {
    case 'adopted':
      state.termDurable = true;
      return;
    case 'exposed':
      if (!isOwner(state) || stepping.epoch !== next.epoch) return;
      state.stepping = { ...stepping, durable: true };
      turn.rules.R1(turn);
      return;
    case 'waiting':
      if (stepping.phase !== 'waiting' || stepping.epoch !== next.epoch) return;
      state.stepping = { ...stepping, durable: true };
      sendStep(turn);
      return;
    case 'stepped':
      if (state.role !== 'standby' || following.epoch !== next.epoch) return;
      if (following.outdatedEpoch >= next.epoch) return;
      state.following = { ...following, inStep: true };
      turn.effects.push({ kind: 'forget-tail' });
      send(turn, 'direct', { kind: 'stepped', term, epoch: next.epoch });
      return;
    case 'in-step':
      if (stepping.phase !== 'in-step' || stepping.epoch !== next.epoch) return;
      state.stepping = { ...stepping, durable: true };
      turn.effects.push({ kind: 'release-held' });
      return;
    case 'outdated':
      if (state.role === 'standby')
        send(turn, 'direct', { kind: 'outdated', term, epoch: next.epoch });
      return;
    case 'promised':
      state.nextPromiseAtMs = turn.now;
      return;
    case 'peer-promised':
      if (isOwner(state)) send(turn, 'direct', { kind: 'promise-kept', term, epoch: next.epoch });
  }
}
