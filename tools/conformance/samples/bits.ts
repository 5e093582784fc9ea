// Bits written one after the other, highest first, as JPEG's entropy-coded data wants them.

export class BitWriter {
  readonly #bytes: number[] = [];
  #held = 0;
  #heldBits = 0;

  write(value: number, bits: number): void {
    for (let at = bits - 1; at >= 0; at -= 1) {
      this.#held = (this.#held << 1) | ((value >> at) & 1);
      this.#heldBits += 1;
      if (this.#heldBits === 8) this.#flush();
    }
  }

  /** Fills the last byte with ones (ITU T.81 F.1.2.3). */
  end(): Uint8Array {
    while (this.#heldBits > 0) this.write(1, 1);
    return Uint8Array.from(this.#bytes);
  }

  #flush(): void {
    this.#bytes.push(this.#held);
    // A byte of ones would read as a marker.
    if (this.#held === 0xff) this.#bytes.push(0);
    this.#held = 0;
    this.#heldBits = 0;
  }
}
