// Rules J1 and J2: what two logs share, and how a returning node hands over what only it knows.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { LogRecord } from '../../store/contract.ts';
import type { Body } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import { contains, forkOf, knowsNothing } from '../history.ts';
import { sameTerm } from '../term.ts';
import { endLapse, isOwner, send } from '../turn.ts';

/**
 * Each tick of an owner whose standby speaks: find out what it has, fetch its tail, send what it
 * lacks.
 */
export function attend(turn: Turn): void {
  const { state, now } = turn;
  const { stepping } = state;
  const echoed = now <= state.peer.lastEchoAtMs + clusterLimits.exposeAfterSilenceMs / 2;
  if (!echoed || now < stepping.sentAtMs + clusterLimits.repeatMs) return;
  const { term } = state.durable;
  if (stepping.tail !== undefined) {
    if (!stepping.tail.taking) pullTail(turn, stepping.tail.throughSeq);
  } else if (stepping.peerEnd === undefined) {
    state.stepping = { ...stepping, sentAtMs: now };
    const { history, end } = state.log;
    send(turn, 'direct', { kind: 'compare', term, history, end });
  } else if (stepping.peerEnd.seq < state.log.end.seq) {
    const { peerEnd } = stepping;
    const limit = clusterLimits.recordsPerMessage;
    state.stepping = { ...stepping, sentAtMs: now };
    turn.effects.push({ kind: 'read-records', of: 'log', after: peerEnd, term, limit });
  }
}

/**
 * J1: histories show the fork, the last common place; a lower term's records after it are handed
 * over.
 */
export function J1(turn: Turn, message: Extract<Body, { kind: 'compare' }>): void {
  const { state } = turn;
  if (state.role !== 'standby' || !sameTerm(message.term, state.durable.term)) return;
  // Only a standby whose echo was heard is asked.
  endLapse(turn);
  if (state.following.storing || state.following.cutting) return;
  const fork = forkOf(state.log, message);
  send(turn, 'direct', { kind: 'compared', term: message.term, fork, end: state.log.end });
}

/** J1, the owner: is there a tail, or does the standby's log end in mine? */
export function compared(turn: Turn, message: Extract<Body, { kind: 'compared' }>): void {
  const { state, now } = turn;
  const { stepping } = state;
  if (!isOwner(state) || stepping.peerEnd !== undefined || stepping.tail !== undefined) return;
  if (!contains(state.log, message.fork)) return;
  // R6, found out later: this term was taken alone, and the one whose word is waited for is gone.
  if (knowsNothing(state.log, message.end)) turn.effects.push({ kind: 'peer-replaced' });
  if (message.end.seq > message.fork.seq) {
    const { fork } = message;
    state.stepping = { ...stepping, tail: { fork, throughSeq: fork.seq, taking: false } };
    pullTail(turn, fork.seq);
  } else {
    state.stepping = { ...stepping, peerEnd: message.fork, progressAtMs: now, sentAtMs: 0 };
  }
}

function pullTail(turn: Turn, afterSeq: number): void {
  const { state, now } = turn;
  state.stepping = { ...state.stepping, sentAtMs: now };
  const { term } = state.durable;
  send(turn, 'direct', { kind: 'pull-tail', term, afterSeq });
}

/** The standby reads what it is asked for. */
export function readTail(turn: Turn, message: Extract<Body, { kind: 'pull-tail' }>): void {
  const { state } = turn;
  if (state.role !== 'standby' || !sameTerm(message.term, state.durable.term)) return;
  if (state.following.storing || state.following.cutting) return;
  turn.effects.push({
    kind: 'read-records',
    of: 'tail',
    after: { term: message.term, seq: message.afterSeq },
    term: message.term,
    limit: clusterLimits.tailRecordsPerMessage,
  });
}

/**
 * J2: the owner takes in what was handed over: at most once each, completions count, changes of the
 * registry are listed and not applied (handover.ts). An empty batch is the end: the sender may cut
 * its log at the fork.
 */
export function J2(turn: Turn, records: readonly LogRecord[]): void {
  const { state, now } = turn;
  const { stepping } = state;
  const { tail } = stepping;
  if (!isOwner(state) || tail === undefined || tail.taking) return;
  if (records.length > 0) {
    if (records[0]?.seq !== tail.throughSeq + 1) return;
    state.stepping = { ...stepping, tail: { ...tail, taking: true }, progressAtMs: now };
    state.appending += 1;
    turn.effects.push({ kind: 'take-tail', records });
    return;
  }
  send(turn, 'direct', { kind: 'tail-taken', term: state.durable.term, fork: tail.fork });
}

/**
 * A batch is durable in the owner's log: the next one. One that could not be had (a document of it
 * was out of reach) is asked for again a little later (attend).
 */
export function tailTaken(turn: Turn, throughSeq: number): void {
  const { state, now } = turn;
  const { tail } = state.stepping;
  state.appending -= 1;
  if (!isOwner(state) || tail === undefined || !tail.taking) return;
  const taken = { ...tail, taking: false, throughSeq };
  state.stepping = { ...state.stepping, tail: taken, sentAtMs: now };
  if (throughSeq > tail.throughSeq) pullTail(turn, throughSeq);
}

/**
 * The standby puts the records after the fork aside; they may go once it was in step past them
 * (R5).
 */
export function cutTail(turn: Turn, { term, fork }: Extract<Body, { kind: 'tail-taken' }>): void {
  const { state } = turn;
  if (state.role !== 'standby' || !sameTerm(term, state.durable.term)) return;
  if (state.following.storing || state.following.cutting) return;
  const before = state.log.begin !== undefined && fork.seq < state.log.begin.seq;
  if (before || !contains(state.log, fork)) return;
  state.following = { ...state.following, cutting: true };
  turn.effects.push({ kind: 'cut-log', fork });
}
