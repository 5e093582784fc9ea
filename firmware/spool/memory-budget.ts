// The memory that all uploads together may hold; what does not fit goes to the disk instead.

export class MemoryBudget {
  readonly #limitBytes: number;
  #takenBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.#limitBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  /** For what only saves time: half stays free for documents that are small. */
  takeSpare(bytes: number): boolean {
    return this.#takenBytes + bytes <= this.#limitBytes / 2 && this.take(bytes);
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}
