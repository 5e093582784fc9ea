// Rules R3 to R5: going on alone, being outdated, and coming back into step.
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { Body } from '../contract/message.ts';
import type { Turn } from '../contract/rules.ts';
import type { GroupState } from '../contract/state.ts';
import { sameTerm } from '../term.ts';
import { isOwner, persist, send } from '../turn.ts';

/**
 * R3: an owner may go on alone where no standby can believe itself in step: none was confirmed
 * since this owner's term began, it said so itself, it promised to take nothing over, or its in-
 * step lease is over. With a witness, that the standby was told is decided by the witness's order
 * instead (exposedBack).
 */
export function R3(state: GroupState, now: number): boolean {
  if (!state.stepping.granted || state.durable.peerPromised) return true;
  const leaseMs = clusterLimits.inStepLeaseMs * (1 + clusterLimits.marginShare);
  return !state.config.witness && now > state.peer.lastEchoAtMs + leaseMs;
}

/** Marks itself exposed, durably, before it does anything alone. */
export function expose(turn: Turn): void {
  const { state } = turn;
  const { stepping } = state;
  if (stepping.phase === 'exposed') return;
  const epoch = stepping.epoch + 1;
  state.stepping = {
    ...stepping,
    phase: 'exposed',
    epoch,
    durable: false,
    exposedOn: undefined,
    granted: false,
  };
  persist(turn, { mode: 'exposed' }, { kind: 'exposed', term: state.durable.term, epoch });
}

/** Each tick of an owner: is the standby there; may, must or need this owner go on alone? */
export function watchStandby(turn: Turn): void {
  const { state, now } = turn;
  const { stepping } = state;
  switch (stepping.phase) {
    case 'exposed':
      return;
    case 'new':
      state.stepping = { ...stepping, phase: 'exposing', epoch: stepping.epoch + 1 };
      break;
    case 'waiting':
    case 'in-step':
      if (now < state.peer.lastEchoAtMs + clusterLimits.exposeAfterSilenceMs) return;
      state.stepping = {
        ...stepping,
        phase: 'exposing',
        epoch: stepping.epoch + 1,
        exposedOn: undefined,
      };
      break;
    case 'exposing':
      break;
  }
  if (turn.rules.R3(state, now)) expose(turn);
  else if (state.config.witness) publishExposed(turn);
}

/** Tells the standby through the witness, once on each connection. */
function publishExposed(turn: Turn): void {
  const { state } = turn;
  const { stepping, witness } = state;
  if (!witness.connected || stepping.exposedOn === witness.connection) return;
  state.stepping = { ...stepping, exposedOn: witness.connection };
  send(turn, 'witness', {
    kind: 'exposed',
    term: state.durable.term,
    number: stepping.epoch,
  });
}

/** R3 with a witness: my `exposed` came back, so the standby saw it or its own connection broke. */
export function exposedBack(
  turn: Turn,
  connection: number,
  { term, number }: Extract<Body, { kind: 'exposed' }>,
): void {
  const { state } = turn;
  const { stepping } = state;
  if (!isOwner(state) || !sameTerm(term, state.durable.term)) return;
  if (stepping.phase !== 'exposing' || number !== stepping.epoch) return;
  if (connection !== stepping.exposedOn) return;
  expose(turn);
}

/** R4, as it is told: the owner goes on alone. */
export function otherExposed(
  turn: Turn,
  { term, number }: Extract<Body, { kind: 'exposed' }>,
): void {
  const { state } = turn;
  const { following } = state;
  if (!sameTerm(term, state.durable.term) || number < following.epoch) return;
  // A step that the owner offered before it went on alone may still be on its way here.
  const outdatedEpoch = Math.max(following.outdatedEpoch, number);
  state.following = { ...following, inStep: false, outdatedEpoch };
}

/**
 * R4: a standby is in step while it was not told otherwise and, without a witness, its in-step
 * lease runs; with one, while its connection never broke since its last confirmed echo left. A
 * start begins outdated.
 */
export function R4(state: GroupState, now: number): boolean {
  const { following, witness } = state;
  const { confirmedSentAtMs } = following;
  if (!following.inStep || confirmedSentAtMs === undefined) return false;
  if (state.config.witness) return witness.connected && witness.brokeAtMs < confirmedSentAtMs;
  return now <= confirmedSentAtMs + clusterLimits.inStepLeaseMs - clusterLimits.inStepMarginMs;
}

/**
 * R5, the owner: with the standby nearly at the end of the log, store that from here on it is
 * waited for; once that is durable, say so, and again until it answers.
 */
export function R5(turn: Turn): void {
  const { state, now } = turn;
  const { stepping } = state;
  if (!isOwner(state) || stepping.peerEnd === undefined || stepping.tail !== undefined) return;
  if (now > state.peer.lastEchoAtMs + clusterLimits.exposeAfterSilenceMs / 2) return;
  if (stepping.phase === 'waiting' && stepping.durable) {
    if (now >= stepping.stepAtMs + clusterLimits.repeatMs) sendStep(turn);
    return;
  }
  if (stepping.phase !== 'exposing' && !(stepping.phase === 'exposed' && stepping.durable)) return;
  if (stepping.blocked) return;
  const lag = state.log.end.seq - stepping.peerEnd.seq;
  if (lag > clusterLimits.lagToStep) return;
  const epoch = stepping.epoch + 1;
  state.stepping = { ...stepping, phase: 'waiting', epoch, durable: false, progressAtMs: now };
  persist(
    turn,
    { waitFromSeq: state.log.end.seq, peerPromised: false },
    { kind: 'waiting', term: state.durable.term, epoch },
  );
}

export function sendStep(turn: Turn): void {
  const { state, now } = turn;
  state.stepping = { ...state.stepping, stepAtMs: now };
  send(turn, 'direct', {
    kind: 'step',
    term: state.durable.term,
    epoch: state.stepping.epoch,
    seq: state.durable.waitFromSeq,
  });
}

/** R5, the standby: with everything up to there, store being in step, and only then say so. */
export function R5stepped(turn: Turn, message: Extract<Body, { kind: 'step' }>): void {
  const { state } = turn;
  const { following } = state;
  const { epoch } = message;
  if (state.role !== 'standby' || !sameTerm(message.term, state.durable.term)) return;
  if (epoch <= following.outdatedEpoch || epoch < following.epoch) return;
  if (state.log.end.seq < message.seq) return;
  if (epoch > following.epoch) {
    state.following = { ...following, epoch, inStep: false, confirmedSentAtMs: undefined };
  }
  persist(
    turn,
    { mode: 'in-step', promised: false, joined: true },
    { kind: 'stepped', term: message.term, epoch },
  );
}

/** R5, the owner again: the standby is in step, and so is this node once it stored it. */
export function peerStepped(turn: Turn, epoch: number): void {
  const { state } = turn;
  const { stepping } = state;
  if (stepping.phase !== 'waiting' || !stepping.durable || epoch !== stepping.epoch) return;
  state.stepping = { ...stepping, phase: 'in-step', durable: false };
  persist(turn, { mode: 'in-step' }, { kind: 'in-step', term: state.durable.term, epoch });
}
