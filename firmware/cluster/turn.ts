// What every rule uses of a step under way: sending, durable writes, waits for another node's
// lease.
import { clusterLimits } from '../limits/cluster-limits.ts';
import type { Body, Header, Path } from './contract/message.ts';
import type { Turn } from './contract/rules.ts';
import type { AfterPersist, Durable, GroupState, Sending } from './contract/state.ts';

export function isOwner(state: Pick<GroupState, 'role'>): boolean {
  return state.role === 'owner' || state.role === 'draining';
}

/**
 * Puts a message on its way and remembers when; nothing leaves through a witness that is not
 * connected.
 */
export function send(turn: Turn, path: Path, body: Body): number {
  const { state } = turn;
  if (path === 'witness' && !state.witness.connected) return 0;
  const seq = path === 'direct' ? state.directSeq + 1 : state.witnessSeq + 1;
  if (path === 'direct') state.directSeq = seq;
  else state.witnessSeq = seq;
  const connection = path === 'direct' ? 0 : state.witness.connection;
  const header: Header = {
    generation: state.config.generation,
    node: state.config.self,
    boot: state.boot,
    connection,
    seq,
  };
  if (isAnswered(body)) {
    const sending: Sending = { path, connection, seq, atMs: turn.now, leaseMs: state.leaseMs };
    state.sent = [...state.sent.slice(1 - clusterLimits.rememberedSendings), sending];
  }
  turn.effects.push({ kind: 'send', path, message: { header, body } });
  return seq;
}

function isAnswered(body: Body): boolean {
  return body.kind === 'heartbeat' || body.kind === 'claim' || body.kind === 'ask';
}

/** The sending that an answer names. */
export function sentAs(
  state: GroupState,
  path: Path,
  connection: number,
  seq: number,
): Sending | undefined {
  return state.sent.findLast(
    (sending) => sending.seq === seq && sending.path === path && sending.connection === connection,
  );
}

/** Hands a change of the durable part to the disk; `next` goes on once it is there. */
export function persist(turn: Turn, change: Partial<Durable>, next: AfterPersist): void {
  const { state } = turn;
  const id = state.nextId;
  state.nextId = id + 1;
  const changed = { ...state.durable, ...change };
  const used = Math.max(state.highestCounter, changed.term.counter);
  const enough = changed.reservedCounter >= used + clusterLimits.reservedTermsLeast;
  const reservedCounter = enough ? changed.reservedCounter : used + clusterLimits.reservedTerms;
  state.durable = { ...changed, reservedCounter };
  state.writes = [...state.writes, { id, reservedCounter, next }];
  turn.effects.push({ kind: 'persist', id, durable: state.durable });
}

/**
 * A sign of an owner, or a lease that this node granted: nobody else acts before it can have ended.
 */
export function noteOwner(turn: Turn, leaseMs: number, wireTailMs: number): void {
  const { state, now } = turn;
  state.quietMs = now;
  state.ownerUntilMs = Math.max(state.ownerUntilMs, now + turn.rules.D(leaseMs) + wireTailMs);
  state.probing = { ...state.probing, sinceMs: undefined, sentAtMs: [] };
}

/**
 * The peer has heard this node again. A lapse that a longer lease would have bridged makes leases
 * longer; a cable that was pulled, or a process that stood still, for longer than any lease does
 * not.
 */
export function endLapse({ state, now }: Turn): void {
  const { lapseFromMs } = state;
  state.lapseFromMs = undefined;
  if (lapseFromMs === undefined || now > lapseFromMs + longestLeaseMs) return;
  const recent = state.lapses.filter((atMs) => atMs > now - clusterLimits.lapseWindowMs);
  state.lapses = [...recent, now].slice(-clusterLimits.rememberedLapses);
}

/**
 * The lease length of claims and asks: the shortest, since the other node cannot know a longer one.
 */
export const baseLeaseMs = clusterLimits.leaseStepsMs[0];

/** The longest lease that anyone may hold: what is waited for where its length is not known. */
export const longestLeaseMs = clusterLimits.leaseStepsMs[2];
