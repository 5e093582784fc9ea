// Signatures by keys of ours, Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256 (FIPS 186-5): made
// and checked by the type of the key.
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { IdentityKey } from './contract.ts';
import { pinOf, spkiOf } from './self-signed.ts';

export function signingKey(privateKey: KeyObject): IdentityKey {
  return {
    fingerprint: pinOf(privateKey),
    publicKey: spkiOf(privateKey),
    sign: (data) =>
      Promise.resolve(new Uint8Array(sign(digestFor(privateKey) ?? null, data, privateKey))),
  };
}

/** False for what is no key or no signature, too: what can't be read has signed nothing. */
export function verifySigned(
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    const digest = digestFor(key);
    return digest !== undefined && verify(digest, data, key, signature);
  } catch {
    return false;
  }
}

/** Undefined: none of our keys is of this type. */
function digestFor(key: KeyObject): 'sha256' | null | undefined {
  if (key.asymmetricKeyType === 'ed25519') return null;
  const isP256 = key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return key.asymmetricKeyType === 'ec' && isP256 ? 'sha256' : undefined;
}
