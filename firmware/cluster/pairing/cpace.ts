// CPace, a password-authenticated key exchange: CPACE-X25519-SHA512 between one who begins and one
// who answers (draft-irtf-cfrg-cpace-21).
//
// Who listens, or takes part without the code, learns nothing by which to try codes off-line: each
// exchange is one guess. The map of the code takes a time that depends on it; it is done once for
// an exchange, with a code that lives ten minutes.
import { createHash, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { elligator2 } from './elligator2.ts';

const domain = Buffer.from('CPace255');
/** Input block of SHA-512. */
const blockBytes = 128;
const fieldBytes = 32;

/** OneAsymmetricKey and SubjectPublicKeyInfo of X25519 (RFC 8410 7, 4), up to the key itself. */
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');

export interface CpaceInput {
  readonly password: Uint8Array;
  /** What both know of the channel before. */
  readonly channel: Uint8Array;
  readonly sessionId: Uint8Array;
}

/** One side's share and what it says of itself, which the key vouches for. */
export interface CpaceMessage {
  readonly share: Uint8Array;
  readonly associated: Uint8Array;
}

/** The share for a random scalar of 32 bytes. */
export function cpaceShare(input: CpaceInput, scalar: Uint8Array): Uint8Array {
  const share = multiply(scalar, generator(input));
  // A generator of low order: one hash in 2^250 leads there.
  if (share === undefined) throw new Error('the code maps to no usable point');
  return share;
}

/**
 * The key of both, 64 bytes; undefined where the other side's share is no point that may be used.
 */
export function cpaceKey(
  input: CpaceInput,
  scalar: Uint8Array,
  other: Uint8Array,
  first: CpaceMessage,
  second: CpaceMessage,
): Uint8Array | undefined {
  if (other.length !== fieldBytes) return undefined;
  const secret = multiply(scalar, other);
  if (secret === undefined) return undefined;
  const hash = createHash('sha512');
  hash.update(joined(Buffer.concat([domain, Buffer.from('_ISK')]), input.sessionId, secret));
  hash.update(transcript(first, second));
  return hash.digest();
}

/** What was said, in order: of the side that began, then of the one that answered. */
export function transcript(first: CpaceMessage, second: CpaceMessage): Uint8Array {
  return Buffer.concat([
    joined(first.share, first.associated),
    joined(second.share, second.associated),
  ]);
}

/** calculate_generator: the code, the channel and the session as a point. */
export function generator({ password, channel, sessionId }: CpaceInput): Uint8Array {
  const paddingBytes = blockBytes - 1 - prefixed(password).length - prefixed(domain).length;
  const padding = new Uint8Array(Math.max(0, paddingBytes));
  const text = joined(domain, password, padding, channel, sessionId);
  const hash = createHash('sha512').update(text).digest().subarray(0, fieldBytes);
  return elligator2(hash);
}

/** lv_cat: each part after its length. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts.map(prefixed));
}

/** prepend_len: the length in LEB128, then the bytes. */
function prefixed(bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  do {
    const more = rest > 0x7f;
    length.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Uint8Array.from(length), bytes]);
}

/** X25519 of any point; undefined where the result is the neutral element (scalar_mult_vfy). */
export function multiply(scalar: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  const privateKey = createPrivateKey({
    key: Buffer.concat([privatePrefix, scalar]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey({
    key: Buffer.concat([publicPrefix, point]),
    format: 'der',
    type: 'spki',
  });
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    // OpenSSL refuses points of low order, which lead to the neutral element (RFC 7748 6.1).
    return undefined;
  }
}
