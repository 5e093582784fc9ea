// Clients that reset the connection behind their document, and send it again, for ever: the second
// time the document is kept, held, and the client is told that it is done.
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../../../hal/contract.ts';
import { serverLimits } from '../../limits/server-limits.ts';

const { resends: limits } = serverLimits.raw;

/** What tells two documents apart: their length, and their beginning. */
export interface DocumentMark {
  readonly sizeBytes: number;
  readonly digest: string;
}

export interface Resends {
  /** Undefined: nothing of this client broke off lately, or it is kept already. */
  brokenOff(address: string): DocumentMark | undefined;
  /** The connection of this client was reset behind what it had sent so far. */
  note(address: string, mark: DocumentMark): void;
  /** It came again, and is a held job now: once is enough. */
  kept(address: string): void;
  forget(address: string): void;
}

interface BrokenOff {
  readonly mark: DocumentMark;
  readonly isKept: boolean;
  readonly atMs: number;
}

export function createResends({ clock }: { readonly clock: Pick<Clock, 'monotonicMs'> }): Resends {
  const byAddress = new Map<string, BrokenOff>();
  const fresh = (address: string): BrokenOff | undefined => {
    const known = byAddress.get(address);
    if (known === undefined || clock.monotonicMs() - known.atMs < limits.rememberedMs) return known;
    byAddress.delete(address);
    return undefined;
  };
  return {
    brokenOff(address) {
      const known = fresh(address);
      return known?.isKept === true ? undefined : known?.mark;
    },
    note(address, mark) {
      const known = fresh(address);
      const isKept = known?.isKept === true && isSame(known.mark, mark);
      byAddress.delete(address);
      byAddress.set(address, { mark, isKept, atMs: clock.monotonicMs() });
      const [oldest] = byAddress.keys();
      if (byAddress.size > limits.clients && oldest !== undefined) byAddress.delete(oldest);
    },
    kept(address) {
      const known = byAddress.get(address);
      if (known !== undefined) byAddress.set(address, { ...known, isKept: true });
    },
    forget: (address) => void byAddress.delete(address),
  };
}

export function isSame(a: DocumentMark, b: DocumentMark): boolean {
  return a.sizeBytes === b.sizeBytes && a.digest === b.digest;
}

/** Marks a document as it comes. */
export class Marker {
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;

  add(chunk: Uint8Array): void {
    const left = limits.markedBytes - this.#sizeBytes;
    if (left > 0) this.#hash.update(chunk.subarray(0, left));
    this.#sizeBytes += chunk.length;
  }

  mark(): DocumentMark {
    return { sizeBytes: this.#sizeBytes, digest: this.#hash.copy().digest('hex') };
  }
}
