// Sealing of what leaves outside of TLS, datagrams and messages through the witness: AES-256-GCM
// under a key of the pairing's secret, the sender's salt and the purpose.
//
// A sealed message is version (1 byte), salt (16), counter (8), cipher text, tag (16). Each start
// of a sender draws a salt of its own, so no nonce is ever used twice, whatever a restored disk
// remembers.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '../../hal/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export type SealPurpose = 'datagram' | 'witness';

export interface Sealer {
  seal(plain: Uint8Array): Uint8Array;
  /** True where this sealer made it. */
  isOwn(sealed: Uint8Array): boolean;
}

export interface Opener {
  /**
   * Undefined for what was not sealed by that sender for this purpose. `isOld`: a message of the
   * same salt with this or a higher counter was opened before.
   */
  open(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isOld: boolean } | undefined;
}

const sealVersion = 1;
const saltBytes = 16;
const counterBytes = 8;
const headBytes = 1 + saltBytes + counterBytes;
const tagBytes = 16;
const keyBytes = 32;
const cipher = 'aes-256-gcm';

interface KeyOf {
  readonly secret: Uint8Array;
  /** Node id of the sender: each direction has keys of its own. */
  readonly sender: string;
  readonly purpose: SealPurpose;
}

export function createSealer(of: KeyOf, random: Pick<Random, 'bytes'>): Sealer {
  const salt = Buffer.from(random.bytes(saltBytes));
  const key = keyFor(of, salt);
  let counter = 0n;
  return {
    seal(plain) {
      const head = Buffer.alloc(headBytes);
      head[0] = sealVersion;
      salt.copy(head, 1);
      counter += 1n;
      head.writeBigUInt64BE(counter, 1 + saltBytes);
      const sealing = createCipheriv(cipher, key, nonceOf(head));
      sealing.setAAD(head);
      const body = Buffer.concat([sealing.update(plain), sealing.final()]);
      return Buffer.concat([head, body, sealing.getAuthTag()]);
    },
    isOwn: (sealed) => salt.equals(sealed.subarray(1, 1 + saltBytes)),
  };
}

export function createOpener(of: KeyOf): Opener {
  /** By salt, the least recently used first. */
  const known = new Map<string, { readonly key: Uint8Array; last: bigint }>();
  return {
    open(sealed) {
      if (sealed.length < headBytes + tagBytes || sealed[0] !== sealVersion) return undefined;
      const head = Buffer.from(sealed.subarray(0, headBytes));
      const salt = head.subarray(1, 1 + saltBytes);
      const name = salt.toString('base64');
      const entry = known.get(name) ?? { key: keyFor(of, salt), last: 0n };
      const plain = decipher(entry.key, head, sealed);
      if (plain === undefined) return undefined;
      const counter = head.readBigUInt64BE(1 + saltBytes);
      const isOld = counter <= entry.last;
      if (!isOld) entry.last = counter;
      known.delete(name);
      known.set(name, entry);
      const [oldest] = known.keys();
      if (known.size > pairLimits.rememberedSalts && oldest !== undefined) known.delete(oldest);
      return { plain, isOld };
    },
  };
}

function decipher(key: Uint8Array, head: Buffer, sealed: Uint8Array): Uint8Array | undefined {
  const opening = createDecipheriv(cipher, key, nonceOf(head));
  opening.setAAD(head);
  opening.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const body = opening.update(sealed.subarray(headBytes, sealed.length - tagBytes));
  try {
    return Buffer.concat([body, opening.final()]);
  } catch {
    // The tag does not fit: made by somebody else, or changed on its way.
    return undefined;
  }
}

/** 96 bits (SP 800-38D 8.2.1): the counter of the salt, which the key belongs to. */
function nonceOf(head: Buffer): Uint8Array {
  return Buffer.concat([Buffer.alloc(12 - counterBytes), head.subarray(1 + saltBytes)]);
}

function keyFor({ secret, sender, purpose }: KeyOf, salt: Uint8Array): Uint8Array {
  const info = `platen pair ${sealVersion} ${purpose} ${sender}`;
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, keyBytes));
}
