// Removes from the spool what no record needs any more: documents of ended jobs, segments without a
// needed document.
import type { Files } from '../../hal/contract.ts';
import type { SpoolPlaces } from '../spool/places.ts';
import type { DocumentLocation } from './contract.ts';

/** Works one removal after the other, behind the commits; nobody waits for it but close. */
export class SpoolJanitor {
  readonly #files: Files;
  readonly #places: SpoolPlaces;
  readonly #isNeeded: (name: string) => boolean;
  #work: Promise<void> = Promise.resolve();
  /** Segments that were written to when their last document went. */
  readonly #later = new Set<string>();

  constructor(options: {
    readonly files: Files;
    readonly places: SpoolPlaces;
    /** True for the segment that is written to, and for whatever a record needs. */
    readonly isNeeded: (name: string) => boolean;
  }) {
    this.#files = options.files;
    this.#places = options.places;
    this.#isNeeded = options.isNeeded;
  }

  removeDropped(locations: readonly DocumentLocation[]): void {
    for (const { kind, name } of locations) {
      if (kind === 'file') this.#remove(`${this.#places.documents}/${name}`);
      else this.#later.add(name);
    }
    const segments = [...this.#later];
    this.#later.clear();
    this.removeSegments(segments);
  }

  removeSegments(names: readonly string[]): void {
    for (const name of names) {
      if (this.#isNeeded(name)) this.#later.add(name);
      else this.#remove(`${this.#places.segments}/${name}`);
    }
  }

  /** Resolves once what was asked for so far is done; never rejects. */
  idle(): Promise<void> {
    return this.#work;
  }

  #remove(path: string): void {
    this.#work = this.#removeAfter(this.#work, path);
  }

  async #removeAfter(before: Promise<void>, path: string): Promise<void> {
    await before;
    try {
      await this.#files.remove(path);
    } catch {
      // It costs space only; the next start finds it again, as something that no record needs.
    }
  }
}
