// Keys, message authentication and privacy of the user-based security model (RFC 3414, RFC 3826,
// RFC 7860; AES-256: draft-blumenthal-aes-usm-04, as Net-SNMP does it).
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  timingSafeEqual,
} from 'node:crypto';

export const authProtocols = ['sha1', 'sha256', 'sha512'] as const;
export const privProtocols = ['aes128', 'aes256'] as const;

export type AuthProtocol = (typeof authProtocols)[number];
export type PrivProtocol = (typeof privProtocols)[number];

/** How much of the HMAC travels (RFC 3414 7.1, RFC 7860 4). */
export const macOctets: Readonly<Record<AuthProtocol, number>> = {
  sha1: 12,
  sha256: 24,
  sha512: 48,
};

const ciphers = {
  aes128: { algorithm: 'aes-128-cfb', keyOctets: 16 },
  aes256: { algorithm: 'aes-256-cfb', keyOctets: 32 },
} as const;

/** Octets of msgPrivacyParameters: the half of the initialisation vector that differs. */
export const saltOctets = 8;

/** RFC 3414 1.1: the password as a whole MiB goes through the hash. */
const expandedOctets = 1024 * 1024;
const chunkOctets = 64 * 1024;

/** The user's key for one engine (RFC 3414 2.6 and A.2). Takes some milliseconds. */
export function localizedKey(
  protocol: AuthProtocol,
  password: string,
  engineId: Uint8Array,
): Uint8Array {
  const octets = Buffer.from(password, 'utf8');
  if (octets.length === 0) throw new TypeError('an empty password makes no key');
  const unit = Buffer.alloc(Math.ceil(chunkOctets / octets.length) * octets.length, octets);
  const hash = createHash(protocol);
  let left = expandedOctets;
  // A whole number of passwords each time, so that the next begins where one ended.
  for (; left >= unit.length; left -= unit.length) hash.update(unit);
  hash.update(unit.subarray(0, left));
  const key = hash.digest();
  return createHash(protocol).update(key).update(engineId).update(key).digest();
}

/** The MAC over the whole message, in which the authentication field is zero. */
export function messageMac(
  protocol: AuthProtocol,
  key: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  const mac = createHmac(protocol, key).update(message).digest();
  return mac.subarray(0, macOctets[protocol]);
}

/** Whether the message's own MAC is right; `message` is not changed. */
export function hasGoodMac(options: {
  readonly protocol: AuthProtocol;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly mac: Uint8Array;
  readonly offsetBytes: number;
}): boolean {
  const { protocol, key, message, mac, offsetBytes } = options;
  if (mac.length !== macOctets[protocol]) return false;
  const blank = Uint8Array.from(message).fill(0, offsetBytes, offsetBytes + mac.length);
  return timingSafeEqual(messageMac(protocol, key, blank), mac);
}

export interface PrivacyOptions {
  readonly protocol: PrivProtocol;
  readonly authProtocol: AuthProtocol;
  /** The localized key of the privacy password. */
  readonly key: Uint8Array;
  readonly boots: number;
  readonly timeSeconds: number;
  readonly salt: Uint8Array;
}

export function encrypt(options: PrivacyOptions, plain: Uint8Array): Uint8Array {
  const { algorithm } = ciphers[options.protocol];
  const cipher = createCipheriv(algorithm, cipherKey(options), vectorOf(options));
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

export function decrypt(options: PrivacyOptions, encrypted: Uint8Array): Uint8Array {
  const { algorithm } = ciphers[options.protocol];
  const decipher = createDecipheriv(algorithm, cipherKey(options), vectorOf(options));
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** A hash that is shorter than the cipher's key is made longer by hashing what there is. */
function cipherKey({ protocol, authProtocol, key }: PrivacyOptions): Uint8Array {
  const { keyOctets } = ciphers[protocol];
  let long = Buffer.from(key);
  while (long.length < keyOctets) {
    long = Buffer.concat([long, createHash(authProtocol).update(long).digest()]);
  }
  return long.subarray(0, keyOctets);
}

/** RFC 3826 3.1.2.1. */
function vectorOf({ boots, timeSeconds, salt }: PrivacyOptions): Uint8Array {
  const vector = Buffer.alloc(16);
  vector.writeUInt32BE(boots, 0);
  vector.writeUInt32BE(timeSeconds, 4);
  vector.set(salt.subarray(0, saltOctets), 8);
  return vector;
}
