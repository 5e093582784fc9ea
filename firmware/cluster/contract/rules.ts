// The rules of PAIR.md by name, as the rows that a machine runs on; a test can put a broken one in
// the place of each.
import type { LogRecord, Term } from '../../store/contract.ts';
import type { Effect } from './effect.ts';
import type { Body, Header, Heartbeat, Path, Position } from './message.ts';
import type { GroupState } from './state.ts';

/** One step under way: rules change the draft and add effects; nobody else sees it. */
export interface Turn {
  readonly state: { -readonly [Name in keyof GroupState]: GroupState[Name] };
  readonly now: number;
  readonly effects: Effect[];
  readonly rules: Rules;
}

/** Of another owner, or of one that claims. */
export interface OwnerSign {
  readonly term: Term;
  readonly leaseMs: number;
  readonly wireTailMs: number;
  readonly path: Path;
  /** It says itself that its lease is over. */
  readonly lapsed: boolean;
}

type BodyOf<Kind extends Body['kind']> = Extract<Body, { kind: Kind }>;

export interface Rules {
  /**
   * May this node act for the group now? Asked before each chunk, start, acknowledgement and
   * renewal.
   */
  readonly live: (state: GroupState, now: number) => boolean;
  /** Let nothing leave any more, and acknowledge nothing. */
  readonly fence: (turn: Turn) => void;
  /** D: how long an unseen lease of this length may last on another clock. */
  readonly D: (leaseMs: number) => number;
  /** May this node begin an ownership at all, whatever it hears? */
  readonly mayLead: (state: GroupState) => boolean;
  /** The term that this node takes next; undefined while none is reserved on disk. */
  readonly nextTerm: (state: GroupState) => Term | undefined;

  readonly T1: (turn: Turn, term: Term) => void;
  readonly T2: (turn: Turn, header: Header, beat: Heartbeat, path: Path) => void;
  readonly T3: (turn: Turn, sign: OwnerSign) => void;
  readonly T4: (turn: Turn, echo: BodyOf<'echo'>) => void;
  readonly T5: (turn: Turn, beat: Heartbeat) => void;
  readonly T6: (turn: Turn) => void;

  readonly W1: (turn: Turn) => void;
  readonly W2: (turn: Turn, header: Header) => void;
  readonly W3: (turn: Turn) => void;
  readonly W4: (turn: Turn, header: Header, claim: BodyOf<'claim'>) => void;
  readonly W5: (turn: Turn) => void;
  /** True while the owner's address is still answered, so that a claim waits. */
  readonly W6: (state: GroupState, now: number) => boolean;

  readonly N1: (turn: Turn, askedAtMs: number) => void;
  readonly N2: (turn: Turn) => void;

  readonly R1: (turn: Turn) => void;
  /** Takes records from the owner, or says where its own log ends. */
  readonly R2: (turn: Turn, message: BodyOf<'records'>) => void;
  /** The owner's other half of R2: what to do about a slow standby. */
  readonly R2slow: (turn: Turn) => void;
  /** True where no standby can believe itself in step any more. */
  readonly R3: (state: GroupState, now: number) => boolean;
  /** True where this standby is in step. */
  readonly R4: (state: GroupState, now: number) => boolean;
  readonly R5: (turn: Turn) => void;
  readonly R5stepped: (turn: Turn, message: BodyOf<'step'>) => void;
  /** Is a takeover clean? */
  readonly R6: (turn: Turn, peerEnd: Position | undefined) => boolean;

  readonly J1: (turn: Turn, message: BodyOf<'compare'>) => void;
  readonly J2: (turn: Turn, records: readonly LogRecord[]) => void;

  readonly B1: (turn: Turn, beat: Heartbeat) => void;
  readonly B2: (turn: Turn) => void;

  readonly M1: (turn: Turn) => void;
  readonly M1promise: (turn: Turn, message: BodyOf<'promise'>) => void;

  readonly X1: (turn: Turn, fenced: BodyOf<'fenced'>) => void;
}
