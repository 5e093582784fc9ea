// Seeded randomness: the same seed draws the same bytes, ids and fractions, on every machine.
import type { Random } from '../../hal/contract.ts';

/** A small generator (xorshift128); good enough to explore, not for keys. */
export class SeededRandom implements Random {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = Uint32Array.of(seed ^ 0x9e37_79b9, seed * 0x85eb_ca6b, ~seed, 0x2545_f491);
    for (let round = 0; round < 16; round += 1) this.#next();
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff);
  }

  uuid(): string {
    const bytes = Buffer.from(this.bytes(16));
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex');
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20),
    ].join('-');
  }

  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  #next(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = state;
    let mixed = a ^ (a << 11);
    mixed = mixed ^ (mixed >>> 8) ^ d ^ (d >>> 19);
    state.set([b, c, d, mixed]);
    return state[3] ?? 0;
  }
}
