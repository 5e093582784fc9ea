// How a machine takes a message: which are ignored, and which rules each kind goes to.
import type { ClusterEvent } from './contract/event.ts';
import type {
  Body,
  Header,
  Heartbeat,
  LeaveBody,
  Message,
  Path,
  ReplicationBody,
} from './contract/message.ts';
import type { Turn } from './contract/rules.ts';
import { standBy } from './fence.ts';
import { contains } from './history.ts';
import { exposedBack, otherExposed, peerStepped } from './rules/in-step.ts';
import { compared, cutTail, readTail } from './rules/rejoin.ts';
import { markOutdated, peerOutdated, peerStored } from './rules/replication.ts';
import { answerAsk, granted } from './rules/start.ts';
import { peerWireTailMs } from './rules/terms.ts';
import { comparePositions, compareTerms, sameTerm } from './term.ts';
import { baseLeaseMs, isOwner, persist } from './turn.ts';

export function takeMessage(turn: Turn, event: Extract<ClusterEvent, { kind: 'message' }>): void {
  const { header, body } = event.message;
  const { config } = turn.state;
  if (event.retained || header.generation !== config.generation) return;
  if (event.path === 'witness') takeFromWitness(turn, event.message);
  else if (header.node === config.peer) takeDirect(turn, header, body);
}

/** The witness's one topic carries both nodes' messages, one's own too, in one order. */
function takeFromWitness(turn: Turn, { header, body }: Message): void {
  const { state } = turn;
  if (!state.witness.connected) return;
  if (header.node === state.config.self) {
    if (header.boot !== state.boot || header.connection !== state.witness.connection) return;
    const gap = header.seq !== state.witness.seen.own + 1;
    const seen = { ...state.witness.seen, own: header.seq };
    state.witness = { ...state.witness, seen };
    if (gap) turn.rules.W1(turn);
    else takeOwn(turn, header, body);
  } else if (header.node === state.config.peer) {
    takePeersFromWitness(turn, header, body);
  }
}

function takeOwn(turn: Turn, header: Header, body: Body): void {
  if (body.kind === 'heartbeat') turn.rules.W2(turn, header);
  else if (body.kind === 'claim') turn.rules.W4(turn, header, body);
  else if (body.kind === 'exposed') exposedBack(turn, header.connection, body);
}

function takePeersFromWitness(turn: Turn, header: Header, body: Body): void {
  const { state } = turn;
  const { peer } = state.witness.seen;
  const known =
    peer !== undefined && peer.boot === header.boot && peer.connection === header.connection;
  const { boot, connection, seq } = header;
  state.witness = {
    ...state.witness,
    seen: { ...state.witness.seen, peer: { boot, connection, seq } },
  };
  if (!known || seq !== peer.seq + 1) turn.rules.W1(turn);
  if (body.kind === 'heartbeat') {
    notePeerBoot(turn, boot);
    takeBeat(turn, header, body, 'witness');
  } else if (body.kind === 'claim') {
    // A claim is a sign of life, whichever of two is higher; the higher one is a term to adopt.
    turn.rules.T3(turn, {
      term: body.term,
      leaseMs: baseLeaseMs,
      wireTailMs: peerWireTailMs(state),
      path: 'witness',
      lapsed: false,
    });
    turn.rules.T1(turn, body.term);
  } else if (body.kind === 'exposed') {
    turn.rules.T1(turn, body.term);
    otherExposed(turn, body);
  }
}

function takeDirect(turn: Turn, header: Header, body: Body): void {
  const { state, now } = turn;
  if (body.kind === 'fenced') {
    // Dead or not, it owned that term: an owner of a lower one may have missed it.
    turn.rules.T1(turn, body.term);
    const deadBoot = Math.max(state.peer.deadBoot, body.boot);
    state.peer = { ...state.peer, deadBoot };
    turn.rules.X1(turn, body);
    return;
  }
  if (header.boot < state.peer.boot) return;
  if (header.boot <= state.peer.deadBoot) {
    // Said before its end: no sign of life, but a term that it had.
    if (body.kind === 'heartbeat') turn.rules.T1(turn, body.term);
    return;
  }
  notePeerBoot(turn, header.boot);
  state.peer = { ...state.peer, heardAtMs: now };
  switch (body.kind) {
    case 'heartbeat':
      takeBeat(turn, header, body, 'direct');
      return;
    case 'echo':
      turn.rules.T4(turn, body);
      return;
    case 'ask':
      answerAsk(turn, header.boot, header.seq, body);
      return;
    case 'grant':
      granted(turn, body);
      return;
    case 'claim':
    case 'exposed':
      // These mean something in the witness's order only.
      return;
    case 'compare':
    case 'compared':
    case 'pull-tail':
    case 'tail':
    case 'tail-taken':
    case 'records':
    case 'stored':
    case 'step':
    case 'stepped':
    case 'mark-outdated':
    case 'outdated':
    case 'promise':
    case 'promise-kept':
      takeReplication(turn, body);
  }
}

/**
 * A new start of the peer: what it knew as a standby is outdated, and where its log ends is not
 * known.
 */
function notePeerBoot(turn: Turn, boot: number): void {
  const { state } = turn;
  if (boot <= state.peer.boot) return;
  state.peer = { ...state.peer, boot, beat: undefined, beatSeq: 0, lastEchoNumber: 0 };
  state.echoedSeq = 0;
  const { stepping } = state;
  if (!isOwner(state)) return;
  const epoch = stepping.epoch + 1;
  const phase = stepping.phase === 'exposed' ? stepping.phase : 'new';
  state.stepping = {
    ...stepping,
    peerEnd: undefined,
    tail: undefined,
    granted: false,
    blocked: false,
    phase,
    epoch: phase === 'new' ? epoch : stepping.epoch,
  };
}

function takeBeat(turn: Turn, header: Header, beat: Heartbeat, path: Path): void {
  const { state, now } = turn;
  turn.rules.T1(turn, beat.term);
  if (isOwner(beat)) {
    const mine = sameTerm(beat.term, state.durable.term);
    if (mine) turn.rules.T5(turn, beat);
    // What was in a dead connection comes late, and in order; datagrams are faster.
    const isOld = path === 'direct' && header.seq < state.peer.beatSeq;
    if (!isOld && (!mine || isOwner(state) || state.role === 'claiming')) {
      const { term, leaseMs, wireTailMs, lapsed = false } = beat;
      turn.rules.T3(turn, { term, leaseMs, wireTailMs, path, lapsed });
    }
    turn.rules.T2(turn, header, beat, path);
  }
  if (path !== 'direct' || header.seq <= state.peer.beatSeq) return;
  state.peer = { ...state.peer, beat, beatAtMs: now, beatSeq: header.seq };
  giveWayToNewer(turn, beat);
  noteStandbysMode(turn, beat);
  turn.rules.B1(turn, beat);
}

/**
 * A log that begins behind what this one has in common with it went on with another box in this
 * one's place, and can't be handed over: this node is as a new one, and leads nothing until it was
 * in step again. Where each begins so, both went on with others: then only the lower one gives way,
 * so that the group has an owner, which stays alone.
 */
function giveWayToNewer(turn: Turn, { logBegin }: Heartbeat): void {
  const { state } = turn;
  const { log, durable } = state;
  if (logBegin === undefined || contains(log, logBegin) || !durable.joined) return;
  if (log.begin !== undefined && comparePositions(log.begin, logBegin) > 0) return;
  if (isOwner(state)) standBy(turn);
  persist(turn, { joined: false }, { kind: 'nothing' });
}

/** A standby that says it is outdated in an attempt where this owner counts on it: step anew. */
function noteStandbysMode(turn: Turn, beat: Heartbeat): void {
  const { state } = turn;
  const { stepping } = state;
  if (!isOwner(state) || stepping.phase !== 'in-step' || !stepping.durable) return;
  if (compareTerms(beat.term, state.durable.term) !== 0) return;
  if (beat.mode !== 'outdated' || beat.epoch !== stepping.epoch) return;
  state.stepping = { ...stepping, phase: 'exposing', epoch: stepping.epoch + 1 };
}

function takeReplication(turn: Turn, body: ReplicationBody | LeaveBody): void {
  turn.rules.T1(turn, body.term);
  const { state } = turn;
  if (body.kind !== 'records' && !sameTerm(body.term, state.durable.term)) return;
  switch (body.kind) {
    case 'compare':
      turn.rules.J1(turn, body);
      return;
    case 'compared':
      compared(turn, body);
      return;
    case 'pull-tail':
      readTail(turn, body);
      return;
    case 'tail':
      turn.rules.J2(turn, body.records);
      return;
    case 'tail-taken':
      cutTail(turn, body);
      return;
    case 'records':
      if (state.role === 'standby') turn.rules.R2(turn, body);
      return;
    case 'stored':
      if (isOwner(state)) peerStored(turn, body);
      return;
    case 'step':
      turn.rules.R5stepped(turn, body);
      return;
    case 'stepped':
      if (isOwner(state)) peerStepped(turn, body.epoch);
      return;
    case 'mark-outdated':
      if (state.role === 'standby') markOutdated(turn, body.epoch);
      return;
    case 'outdated':
      peerOutdated(turn, body.epoch);
      return;
    case 'promise':
      turn.rules.M1promise(turn, body);
      return;
    case 'promise-kept':
      if (state.leaving && state.durable.promised) turn.effects.push({ kind: 'left' });
  }
}
