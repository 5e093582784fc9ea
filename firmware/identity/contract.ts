// Identity: makes, renews and keeps the keys of node, groups and peers; nothing else touches a
// private key.
import type { Refusal } from '../errors/codes.ts';

/** A key pair of the appliance, by what it stands for. */
export interface IdentityKey {
  /** SHA-256 of the public key's SubjectPublicKeyInfo, 64 hexadecimal digits: what a peer pins. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** A signature over `data` (Ed25519, RFC 8032). */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

export interface Identity {
  /** UUID, made at first start; names the node in terms and to its peer. */
  readonly nodeId: string;
  /** The node's own signing key. */
  readonly nodeKey: IdentityKey;
  /**
   * The node's key as TLS between the appliances of a pair wants it, without an end: a peer looks
   * at the key's fingerprint and at nothing else.
   */
  readonly peerCredentials: TlsCredentials;
  /** True where `signature` over `data` was made by the key with this SubjectPublicKeyInfo. */
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}

/** What one end of TLS shows. Never changed in place: other credentials are another object. */
export interface TlsCredentials {
  /** The certificate, and those that vouch for it, in the order of RFC 8446 4.4.2. */
  readonly chainPem: string;
  readonly privateKeyPem: string;
}

/** What people are told of a certificate. */
export interface CertificateFacts {
  readonly source: 'own' | 'administrator';
  /** SHA-256 of the key, as `IdentityKey.fingerprint`. */
  readonly pin: string;
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** `unknown`: the clock is not trusted, so nobody can say. */
  readonly state: 'good' | 'ends-soon' | 'over' | 'unknown';
}

/**
 * The certificates by which clients know the node and its groups. A group's belong to the group:
 * `exportOwner` on one appliance and `importOwner` on the other, and clients see no change.
 *
 * Life cycle: openCertificates reads what is kept; `ensure` makes what is missing.
 */
export interface Certificates {
  /**
   * The credentials of an owner (the node's or a group's id) for these DNS names and addresses:
   * made at the first call, with a new certificate over the same key where names were added, the
   * end is near, or a clock that has become trusted says that it is over.
   */
  ensure(owner: string, names: readonly string[]): Promise<TlsCredentials>;
  /** What is shown now, without making anything. */
  current(owner: string): TlsCredentials | undefined;
  facts(owner: string): CertificateFacts | undefined;
  /**
   * The key of the owner's own certificate, whatever an administrator has installed in its place:
   * it never changes, and goes where the owner goes. Undefined: nothing was made for it yet.
   */
  signer(owner: string): IdentityKey | undefined;
  /** An administrator's own: refused with the reason where key, chain and time do not fit. */
  install(owner: string, credentials: TlsCredentials): Promise<Refusal | undefined>;
  /** Back to our own. */
  uninstall(owner: string): Promise<void>;
  /** Key and certificates, secret, for the other appliance of the pair. */
  exportOwner(owner: string): Uint8Array | undefined;
  /** Replaces what is kept for the owner. Rejects with IdentityError where it is no export. */
  importOwner(owner: string, exported: Uint8Array): Promise<void>;
  remove(owner: string): Promise<void>;
  /** Called after what an owner shows has changed; returns how to end that. */
  onChange(listener: (owner: string) => void): () => void;
}
