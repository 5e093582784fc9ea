// Self-signed certificates of ours (RFC 5280): a fixed form, signed with node:crypto.
//
// The library for X.509 wants a dependency-injection container and a global polyfill of Reflect for
// what is, in the one form that is needed here, a page of DER; openssl and Node judge it.
import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { parseIpAddress } from '../../hal/address.ts';
import { identityLimits as limits } from '../limits/identity-limits.ts';
import {
  bitString,
  context,
  contextPrimitive,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  trueValue,
  utf8String,
  type Der,
} from './der.ts';

export interface SelfSignedOptions {
  /** P-256 or Ed25519. */
  readonly privateKey: KeyObject;
  /** DNS names and IP addresses; the first is the common name. */
  readonly names: readonly string[];
  readonly serial: Uint8Array;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** DER. */
export function makeSelfSigned(options: SelfSignedOptions): Uint8Array {
  const { privateKey, names, serial, notBeforeMs, notAfterMs } = options;
  const publicKey = spkiOf(privateKey);
  const algorithm = sequence(objectIdentifier(signatureOf(privateKey).oid));
  const name = distinguishedName(names[0] ?? 'Platen');
  const certificate = sequence(
    context(0, integer(Uint8Array.of(2))),
    integer(positive(serial)),
    algorithm,
    name,
    sequence(time(notBeforeMs), time(notAfterMs)),
    name,
    publicKey,
    context(3, sequence(...extensions(names, publicKey))),
  );
  const signature = sign(signatureOf(privateKey).digest, certificate, privateKey);
  return sequence(certificate, algorithm, bitString(signature));
}

/** SubjectPublicKeyInfo of either half of a key, DER. */
export function spkiOf(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
}

/** What is pinned: SHA-256 of the SubjectPublicKeyInfo, 64 hexadecimal digits (RFC 7469 2.4). */
export function pinOf(key: KeyObject): string {
  return pinOfSpki(spkiOf(key));
}

/** The same of a key that is DER already. */
export function pinOfSpki(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('hex');
}

export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** ecdsa-with-SHA256 (RFC 5758 3.2) and Ed25519 (RFC 8410 3). */
function signatureOf(key: KeyObject): { readonly oid: string; readonly digest: string | null } {
  const type = key.asymmetricKeyType;
  if (type === 'ec') return { oid: '1.2.840.10045.4.3.2', digest: 'sha256' };
  if (type === 'ed25519') return { oid: '1.3.101.112', digest: null };
  throw new Error(`no certificate is made for a key of type ${type}`);
}

/** RFC 5280 4.1.2.2: positive, and so not zero. */
function positive(serial: Uint8Array): Uint8Array {
  return Uint8Array.of(1, ...serial.subarray(1));
}

function distinguishedName(text: string): Der {
  const octets = new Uint8Array(limits.commonNameOctets);
  const { written } = new TextEncoder().encodeInto(text, octets);
  const common = new TextDecoder().decode(octets.subarray(0, written));
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(common))));
}

function extensions(names: readonly string[], publicKey: Uint8Array): readonly Der[] {
  const keyId = createHash('sha1').update(publicKey).digest();
  const uses = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'].map(objectIdentifier);
  const digitalSignature = Uint8Array.of(0x80);
  return [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bitString(digitalSignature, 7), true),
    extension('2.5.29.37', sequence(...uses)),
    extension('2.5.29.14', octetString(keyId)),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', alternativeNames(names))]),
  ];
}

function extension(oid: string, value: Der, critical = false): Der {
  const flag = critical ? [trueValue] : [];
  return sequence(objectIdentifier(oid), ...flag, octetString(value));
}

/** RFC 5280 4.2.1.6: dNSName [2], iPAddress [7]. */
function alternativeNames(names: readonly string[]): Der {
  return sequence(
    ...names.map((name) => {
      const address = parseIpAddress(name);
      if (address !== undefined) return contextPrimitive(7, Uint8Array.from(address.bytes));
      return contextPrimitive(2, new TextEncoder().encode(name));
    }),
  );
}
