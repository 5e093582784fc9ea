// Simulated memory that a kill leaves and a power cut empties.
import type { Memos } from '../../hal/contract.ts';

export class SimulatedMemory {
  readonly #texts = new Map<string, string>();

  /** As the next process opens it. */
  open(): Memos {
    return {
      before: [...this.#texts.values()],
      write: (key, text) => void this.#texts.set(key, text),
      close: () => this.#texts.clear(),
    };
  }

  powerCut(): void {
    this.#texts.clear();
  }
}
