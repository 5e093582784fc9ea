// Cuts an LPD stream into lines as it arrives, and leaves what follows a line untouched.
import { LpdDecodeError } from './errors.ts';
import { lpdLimits } from './limits.ts';

const lineFeed = 0x0a;

export type LpdLineProgress =
  | { readonly done: false }
  /** `line` is without its line feed; `rest` is what came behind it. */
  | { readonly done: true; readonly line: Uint8Array; readonly rest: Uint8Array };

/**
 * One line at a time: after `done` the next `push` begins a new one. Holds at most a line; a longer
 * one throws LpdDecodeError, and the reader is then of no further use.
 */
export class LpdLineReader {
  readonly #maxOctets: number;
  #parts: Uint8Array[] = [];
  #heldOctets = 0;

  constructor(maxOctets: number = lpdLimits.lineOctets) {
    this.#maxOctets = maxOctets;
  }

  push(chunk: Uint8Array): LpdLineProgress {
    const end = chunk.indexOf(lineFeed);
    const part = end < 0 ? chunk : chunk.subarray(0, end);
    this.#heldOctets += part.length;
    if (this.#heldOctets > this.#maxOctets) {
      throw new LpdDecodeError('too-long', `a line of more than ${this.#maxOctets} octets`, 0);
    }
    if (part.length > 0) this.#parts.push(part.slice());
    if (end < 0) return { done: false };
    const line = Buffer.concat(this.#parts, this.#heldOctets);
    this.#parts = [];
    this.#heldOctets = 0;
    return { done: true, line, rest: chunk.subarray(end + 1) };
  }
}
