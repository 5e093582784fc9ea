// Space on the spool's disk, reserved before bytes are taken: what running uploads may still write
// counts as used.
import type { Files } from '../../hal/contract.ts';

/** Space that one upload may write. */
export interface SpaceReservation {
  /** Adds `bytes` to what is reserved; false where the disk has no room for them. */
  grow(bytes: number): Promise<boolean>;
  /** `bytes` of it are on the disk now, and so no longer free. */
  used(bytes: number): void;
  /** Bytes reserved and not used yet. */
  readonly leftBytes: number;
  /** Gives the rest back. */
  release(): void;
}

export class SpoolSpace {
  readonly #files: Files;
  readonly #directory: string;
  readonly #reserveBytes: number;
  #promisedBytes = 0;
  /**
   * Grows with each byte that an upload wrote: what a free figure asked for earlier does not know.
   */
  #usedBytes = 0;

  constructor(options: {
    readonly files: Files;
    readonly directory: string;
    readonly reserveBytes: number;
  }) {
    this.#files = options.files;
    this.#directory = options.directory;
    this.#reserveBytes = options.reserveBytes;
  }

  open(): SpaceReservation {
    let left = 0;
    return {
      grow: async (bytes) => {
        if (!(await this.#promise(bytes))) return false;
        left += bytes;
        return true;
      },
      used: (bytes) => {
        const taken = Math.min(bytes, left);
        left -= taken;
        this.#promisedBytes -= taken;
        this.#usedBytes += bytes;
      },
      get leftBytes() {
        return left;
      },
      release: () => {
        this.#promisedBytes -= left;
        left = 0;
      },
    };
  }

  async #promise(bytes: number): Promise<boolean> {
    const usedBefore = this.#usedBytes;
    const { freeBytes } = await this.#files.space(this.#directory);
    const usedMeanwhile = this.#usedBytes - usedBefore;
    const available = freeBytes - usedMeanwhile - this.#promisedBytes - this.#reserveBytes;
    if (available < bytes) return false;
    this.#promisedBytes += bytes;
    return true;
  }
}
