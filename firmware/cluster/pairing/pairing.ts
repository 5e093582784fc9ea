// Pairing by code, as steps without I/O: hello, answer, the two proofs, and keys to pin.
//
// The appliance that shows the code answers; the one where it is typed begins, and proves first
// that it has the code. What each says of itself (node, key, pairing generation) is bound into the
// proofs, so nobody between them can put other keys in.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../../hal/contract.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { pairingLimits } from '../../limits/pairing-limits.ts';
import { cpaceKey, cpaceShare, joined, transcript, type CpaceInput } from './cpace.ts';
import { readPairingCode } from './code.ts';

/** What an appliance says of itself when it pairs. */
export interface PairingIdentity {
  readonly nodeId: string;
  /** SubjectPublicKeyInfo, DER: what the other one pins. */
  readonly publicKey: Uint8Array;
  /** The highest generation of any pairing it was part of. */
  readonly generation: number;
}

export interface PairingHello {
  readonly sessionId: Uint8Array;
  readonly share: Uint8Array;
  readonly identity: PairingIdentity;
}

export interface PairingAnswer {
  readonly share: Uint8Array;
  readonly identity: PairingIdentity;
}

/** What both know at the end. */
export interface Paired {
  readonly kind: 'paired';
  readonly peer: PairingIdentity;
  /** Of the new pair; greater than any that either was part of. */
  readonly generation: number;
  /** 32 bytes that only these two know: what leaves outside of TLS is sealed by it. */
  readonly secret: Uint8Array;
}

interface Proofs {
  readonly beginner: Uint8Array;
  readonly answerer: Uint8Array;
  readonly secret: Uint8Array;
}

/** The side that shows the code. */
export interface ShownCode {
  readonly code: string;
  readonly untilMs: number;
  /** Exchanges that were begun with it; each may have been a guess. */
  readonly attempts: number;
  readonly pending: { readonly proofs: Proofs; readonly paired: Paired } | undefined;
}

const channel = Buffer.from('platen pairing 1');

export function showCode(code: string, now: number): ShownCode {
  const untilMs = now + pairingLimits.codeLifeMs;
  return { code, untilMs, attempts: 0, pending: undefined };
}

export interface AnswerOptions {
  readonly shown: ShownCode;
  readonly hello: PairingHello;
  readonly self: PairingIdentity;
  readonly random: Random;
  readonly now: number;
}

/** Answers a hello: one attempt of the code is used up until the proof comes. */
export function answerHello({ shown, hello, self, random, now }: AnswerOptions): {
  readonly shown: ShownCode;
  readonly result: { readonly kind: 'answer'; readonly answer: PairingAnswer } | Refusal;
} {
  const password = readPairingCode(shown.code);
  if (password === undefined || now >= shown.untilMs) {
    return { shown, result: refused('forbidden', 'the pairing code is over: show a new one') };
  }
  if (shown.attempts >= pairingLimits.attemptsPerCode) {
    return { shown, result: refused('forbidden', 'too many attempts: show a new pairing code') };
  }
  const tried = { ...shown, attempts: shown.attempts + 1, pending: undefined };
  const refusal = refuseIdentity(hello.identity, self) ?? refuseHello(hello);
  if (refusal !== undefined) return { shown: tried, result: refusal };
  const input = { password, channel, sessionId: hello.sessionId };
  const scalar = random.bytes(pairingLimits.scalarBytes);
  const answer = { share: cpaceShare(input, scalar), identity: self };
  const proofs = prove(input, scalar, hello.share, hello, answer);
  if (proofs === undefined) {
    return { shown: tried, result: refused('bad-request', 'the share is no point of the curve') };
  }
  const paired = pairedWith(hello.identity, self, proofs.secret);
  return {
    shown: { ...tried, pending: { proofs, paired } },
    result: { kind: 'answer', answer },
  };
}

/**
 * The other side's proof: right, it gets ours, and both are paired; the code is used up either way.
 */
export function checkProof(
  shown: ShownCode,
  proof: Uint8Array,
  now: number,
): {
  readonly shown: ShownCode;
  readonly result: (Paired & { readonly proof: Uint8Array }) | Refusal;
} {
  const { pending } = shown;
  const done = { ...shown, pending: undefined };
  if (pending === undefined || now >= shown.untilMs) {
    return { shown: done, result: refused('forbidden', 'no pairing is under way') };
  }
  if (!same(pending.proofs.beginner, proof)) {
    return { shown: done, result: refused('forbidden', 'the pairing code is wrong') };
  }
  const result = { ...pending.paired, proof: pending.proofs.answerer };
  return { shown: { ...done, untilMs: now }, result };
}

/** The side where the code is typed. */
export interface Begun {
  readonly hello: PairingHello;
  readonly input: CpaceInput;
  readonly scalar: Uint8Array;
}

export function beginPairing(
  typed: string,
  self: PairingIdentity,
  random: Random,
): { readonly kind: 'begun'; readonly begun: Begun } | Refusal {
  const password = readPairingCode(typed);
  if (password === undefined) {
    return refused('bad-request', `"${typed}" is no pairing code: it looks like ABCD-2345`);
  }
  const sessionId = random.bytes(pairingLimits.sessionIdBytes);
  const input = { password, channel, sessionId };
  const scalar = random.bytes(pairingLimits.scalarBytes);
  const hello = { sessionId, share: cpaceShare(input, scalar), identity: self };
  return { kind: 'begun', begun: { hello, input, scalar } };
}

/** The answer came: what to send as proof, and what to expect. */
export interface Proving {
  readonly kind: 'proving';
  readonly proof: Uint8Array;
  readonly expected: Uint8Array;
  readonly paired: Paired;
}

export function takeAnswer(begun: Begun, answer: PairingAnswer): Proving | Refusal {
  const { hello, input, scalar } = begun;
  const refusal = refuseIdentity(answer.identity, hello.identity);
  if (refusal !== undefined) return refusal;
  const proofs = prove(input, scalar, answer.share, hello, answer);
  if (proofs === undefined) return refused('bad-request', 'the share is no point of the curve');
  const paired = pairedWith(answer.identity, hello.identity, proofs.secret);
  return { kind: 'proving', proof: proofs.beginner, expected: proofs.answerer, paired };
}

export function finishPairing(proving: Proving, proof: Uint8Array): Paired | Refusal {
  if (same(proving.expected, proof)) return proving.paired;
  return refused('forbidden', 'the other appliance does not know the pairing code');
}

/** An appliance with our own id or key is a copy of this one's disk: two of them are no pair. */
export function refuseIdentity(other: PairingIdentity, self: PairingIdentity): Refusal | undefined {
  const sameKey = Buffer.from(other.publicKey).equals(self.publicKey);
  if (other.nodeId !== self.nodeId && !sameKey) return undefined;
  return refused(
    'not-clusterable',
    'the other appliance is a copy of this one: reset its identity before you pair them',
  );
}

function refuseHello({ sessionId, share, identity }: PairingHello): Refusal | undefined {
  const fields = [sessionId, share, identity.publicKey, Buffer.from(identity.nodeId)];
  const fits =
    sessionId.length === pairingLimits.sessionIdBytes &&
    fields.every((field) => field.length > 0 && field.length <= pairingLimits.fieldBytes) &&
    Number.isSafeInteger(identity.generation) &&
    identity.generation >= 0;
  return fits ? undefined : refused('bad-request', 'the pairing request is not well formed');
}

function pairedWith(peer: PairingIdentity, self: PairingIdentity, secret: Uint8Array): Paired {
  const generation = Math.max(peer.generation, self.generation) + 1;
  return { kind: 'paired', peer, generation, secret };
}

/** Both proofs of the key, each over everything that was said. */
function prove(
  input: CpaceInput,
  scalar: Uint8Array,
  other: Uint8Array,
  hello: PairingHello,
  answer: PairingAnswer,
): Proofs | undefined {
  const first = { share: hello.share, associated: associated(hello.identity) };
  const second = { share: answer.share, associated: associated(answer.identity) };
  const key = cpaceKey(input, scalar, other, first, second);
  if (key === undefined) return undefined;
  const said = joined(input.sessionId, transcript(first, second));
  const proofOf = (side: string) => createHmac('sha512', key).update(side).update(said).digest();
  const secret = createHmac('sha256', key).update('secret').update(said).digest();
  return { beginner: proofOf('beginner'), answerer: proofOf('answerer'), secret };
}

function associated({ nodeId, publicKey, generation }: PairingIdentity): Uint8Array {
  return joined(Buffer.from(nodeId), publicKey, Buffer.from(String(generation)));
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
