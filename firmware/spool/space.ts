// Space on the spool's disk, reserved before bytes are taken: what running uploads may still write
// counts as used.
import type { Clock, Files } from '../../hal/contract.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';

/** Space that one upload may write. */
export interface SpaceReservation {
  /** Adds `bytes` to what is reserved; false where the disk has no room for them. */
  grow(bytes: number): Promise<boolean>;
  /** How many of `bytes` found no room when the disk was asked last. */
  missingOf(bytes: number): number;
  /** `bytes` of it are on the disk now, and so no longer free. */
  used(bytes: number): void;
  /** Bytes reserved and not used yet. */
  readonly leftBytes: number;
  /** Gives the rest back. */
  release(): void;
}

/** What the disk said, and what uploads had written when it was asked. */
interface Look {
  readonly atMs: number;
  readonly freeBytes: number;
  readonly usedBytes: number;
}

export class SpoolSpace {
  readonly #files: Files;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #directory: string;
  readonly #reserveBytes: number;
  #lastLook: Look | undefined;
  #promisedBytes = 0;
  /**
   * Grows with each byte that an upload wrote: what a free figure asked for earlier does not know.
   */
  #usedBytes = 0;

  constructor(options: {
    readonly files: Files;
    readonly clock: Pick<Clock, 'monotonicMs'>;
    readonly directory: string;
    readonly reserveBytes: number;
  }) {
    this.#files = options.files;
    this.#clock = options.clock;
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
      missingOf: (bytes) =>
        this.#lastLook === undefined ? bytes : bytes - this.#availableAfter(this.#lastLook),
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
    if (!this.#isPlenty(bytes)) {
      const usedBytes = this.#usedBytes;
      const { freeBytes } = await this.#files.space(this.#directory);
      this.#lastLook = { atMs: this.#clock.monotonicMs(), freeBytes, usedBytes };
      if (this.#availableAfter(this.#lastLook) < bytes) return false;
    }
    this.#promisedBytes += bytes;
    return true;
  }

  /**
   * The last look was a moment ago and found so much that nothing which happened since then could
   * make it scarce: small documents need not ask the disk each time.
   */
  #isPlenty(bytes: number): boolean {
    const look = this.#lastLook;
    if (look === undefined) return false;
    const { freshLookMs, plentyBytes } = spoolFileLimits;
    if (this.#clock.monotonicMs() - look.atMs > freshLookMs) return false;
    return this.#availableAfter(look) - plentyBytes >= bytes;
  }

  #availableAfter({ freeBytes, usedBytes }: Look): number {
    const usedSince = this.#usedBytes - usedBytes;
    return freeBytes - usedSince - this.#promisedBytes - this.#reserveBytes;
  }
}
