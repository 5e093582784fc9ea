// Faults that a test draws for the simulated disk: what fails, where, how, and how often.
import { HalError, type HalErrorCode } from '../../hal/errors.ts';

/** What the simulated disk does, as faults and counts name it. */
export type DiskOperation =
  | 'open'
  | 'create'
  | 'write'
  | 'read'
  | 'sync'
  | 'sync-directory'
  | 'rename'
  | 'remove'
  | 'make-directory'
  | 'commit';

export interface Fault {
  readonly operation: DiskOperation | readonly DiskOperation[];
  /** Only paths that contain this. */
  readonly path?: string;
  readonly code: HalErrorCode;
  /** How often it strikes; for ever unless given. */
  times?: number;
  /** Lets so many operations pass before it strikes. */
  skip?: number;
  /** Lets this many bytes be written before it strikes (ENOSPC at byte N). */
  afterBytes?: number;
}

export class Faults {
  readonly #faults = new Set<Fault>();

  /** Adds a fault; the answer takes it away again. */
  add(fault: Fault): () => void {
    this.#faults.add(fault);
    return () => void this.#faults.delete(fault);
  }

  clear(): void {
    this.#faults.clear();
  }

  /**
   * Throws where a fault strikes; otherwise answers how many of the `bytes` may still be written.
   */
  strike(operation: DiskOperation, path: string, bytes = 0): number {
    let allowed = bytes;
    for (const fault of this.#faults) {
      const isOne = [fault.operation].flat().includes(operation);
      if (!isOne || !path.includes(fault.path ?? '')) continue;
      if (fault.skip !== undefined && fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      if (fault.afterBytes !== undefined && fault.afterBytes >= bytes) {
        fault.afterBytes -= bytes;
        continue;
      }
      if (fault.times !== undefined) {
        fault.times -= 1;
        if (fault.times <= 0) this.#faults.delete(fault);
      }
      if (fault.afterBytes !== undefined && fault.afterBytes > 0) {
        allowed = Math.min(allowed, fault.afterBytes);
        fault.afterBytes = 0;
        continue;
      }
      throw new HalError(fault.code, path, { detail: 'simulated' });
    }
    return allowed;
  }
}
