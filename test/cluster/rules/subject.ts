// One machine under test: a state made as a test needs it, fed events at times of its own clock.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Effect } from '../../../firmware/cluster/contract/effect.ts';
import type { Body, Heartbeat, Path } from '../../../firmware/cluster/contract/message.ts';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import { emptyLog } from '../../../firmware/cluster/history.ts';
import { step } from '../../../firmware/cluster/machine.ts';
import { rules } from '../../../firmware/cluster/rules/table.ts';
import { freshDurable, startGroup } from '../../../firmware/cluster/start.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import type { LogRecord, Term } from '../../../firmware/store/contract.ts';

export const self = 'n';
export const peer = 'm';

export function term(counter: number, node: string = peer): Term {
  return { generation: 1, counter, node };
}

/** Time at which each subject begins. */
export const startMs = 100_000;

export interface Subject {
  state: GroupState;
  nowMs: number;
  /** Lets time pass without anything happening. */
  wait(ms: number): void;
  feed(event: ClusterEvent): readonly Effect[];
  hear(body: Body, options?: HearOptions): readonly Effect[];
  tick(): readonly Effect[];
  live(): boolean;
}

export interface HearOptions {
  readonly path?: Path;
  readonly boot?: number;
  readonly connection?: number;
  readonly seq?: number;
  readonly node?: string;
  readonly generation?: number;
  readonly retained?: boolean;
}

export function createSubject(change: Partial<GroupState> = {}, witness = false): Subject {
  const config = { self, peer, generation: 1, witness, wireTailMs: 0 };
  const durable = { ...freshDurable(1), reservedCounter: 40, joined: true };
  const log = emptyLog(firstTerm(1));
  const fresh = startGroup({ config, boot: 3, durable, log, now: startMs });
  let state: GroupState = { ...fresh, highestCounter: 8, ...change };
  let nowMs = startMs;
  let seq = 1_000;
  const feed = (event: ClusterEvent) => {
    const result = step(rules, state, event, nowMs);
    state = result.state;
    return result.effects;
  };
  return {
    get state() {
      return state;
    },
    set state(value) {
      state = value;
    },
    get nowMs() {
      return nowMs;
    },
    set nowMs(value) {
      nowMs = value;
    },
    wait(ms) {
      nowMs += ms;
      // A machine that is not ticked believes that it stood still.
      state = { ...state, tickedAtMs: nowMs };
    },
    feed,
    hear(body, options = {}) {
      seq += 1;
      const header = {
        generation: options.generation ?? 1,
        node: options.node ?? peer,
        boot: options.boot ?? 5,
        connection: options.connection ?? 0,
        seq: options.seq ?? seq,
      };
      const path = options.path ?? 'direct';
      const retained = options.retained ?? false;
      return feed({ kind: 'message', path, retained, message: { header, body } });
    },
    tick: () => feed({ kind: 'tick' }),
    live: () => rules.live(state, nowMs),
  };
}

/** A standby of term 7 that has just heard its owner. */
export function standby(change: Partial<GroupState> = {}, witness = false): Subject {
  const subject = createSubject({}, witness);
  const { durable } = subject.state;
  subject.state = {
    ...subject.state,
    role: 'standby',
    durable: { ...durable, term: term(7) },
    quietMs: startMs,
    ownerUntilMs: startMs,
    peer: { ...subject.state.peer, boot: 5, heardAtMs: startMs },
    ...change,
  };
  return subject;
}

/** An owner of term 7 with a fresh lease, and its address on the wire. */
export function owner(change: Partial<GroupState> = {}, witness = false): Subject {
  const subject = standby({}, witness);
  subject.state = {
    ...subject.state,
    role: 'owner',
    durable: { ...subject.state.durable, term: term(7, self) },
    leaseUntilMs: startMs + 600,
    leaseBy: 'echo',
    wireOpen: true,
    peer: { ...subject.state.peer, lastEchoAtMs: startMs },
    ...change,
  };
  return subject;
}

/** An owner whose standby is in step. */
export function ownerInStep(change: Partial<GroupState> = {}, witness = false): Subject {
  const subject = owner({}, witness);
  const { stepping } = subject.state;
  subject.state = {
    ...subject.state,
    stepping: {
      ...stepping,
      phase: 'in-step',
      durable: true,
      epoch: 4,
      granted: true,
      peerEnd: subject.state.log.end,
      progressAtMs: startMs,
    },
    ...change,
  };
  return subject;
}

export function heartbeat(change: Partial<Heartbeat> = {}): Heartbeat {
  return {
    kind: 'heartbeat',
    term: term(7),
    role: 'owner',
    mode: 'in-step',
    epoch: 0,
    logEnd: { term: firstTerm(1), seq: 0 },
    leaseMs: 600,
    wireTailMs: 0,
    confirms: 0,
    yields: false,
    ...change,
  };
}

export function record(seq: number, of: Term): LogRecord {
  const change = { type: 'job.closed', payload: { jobId: `job-${seq}`, at: moment } } as const;
  return { spooler: 'group', term: of, seq, change };
}

export const moment = { ms: 0, trusted: false };

/** The bodies of what was sent, of one kind. */
export function sent<Kind extends Body['kind']>(
  effects: readonly Effect[],
  kind: Kind,
): readonly Extract<Body, { kind: Kind }>[] {
  return effects.flatMap((effect) =>
    effect.kind === 'send' && isKind(effect.message.body, kind) ? [effect.message.body] : [],
  );
}

function isKind<Kind extends Body['kind']>(
  body: Body,
  kind: Kind,
): body is Extract<Body, { kind: Kind }> {
  return body.kind === kind;
}

export function kinds(effects: readonly Effect[]): readonly string[] {
  return effects.map(({ kind }) => kind);
}

/** Lets the disk answer everything that was handed to it. */
export function persistAll(subject: Subject): readonly Effect[] {
  const last = subject.state.writes.at(-1);
  return last === undefined ? [] : subject.feed({ kind: 'persisted', id: last.id });
}
