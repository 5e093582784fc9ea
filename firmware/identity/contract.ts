// Identity: makes, renews and keeps the keys of node, groups and peers; nothing else touches a
// private key.

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
  /** True where `signature` over `data` was made by the key with this SubjectPublicKeyInfo. */
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
}
