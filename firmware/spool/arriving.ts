// A document that is read while it still arrives: how far it has come, and how it ended.

/** What a reader that stands at a position finds there. */
export type Ahead =
  | { readonly kind: 'bytes'; readonly name: string; readonly untilBytes: number }
  /** All of it was read, and its record is durable. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'broken'; readonly why: string };

/** One writer, the upload; any number of readers. Ends once, as a whole or broken. */
export class Arriving {
  #name = '';
  #writtenBytes = 0;
  #end: Extract<Ahead, { kind: 'whole' | 'broken' }> | undefined;
  #changed = Promise.withResolvers<void>();
  readonly #broken = new AbortController();
  /** Whoever sends it hears by this what the device says meanwhile. */
  readonly onWords: ((bytes: Uint8Array) => void) | undefined;

  constructor(onWords?: (bytes: Uint8Array) => void) {
    this.onWords = onWords;
  }

  /** Aborts when it breaks off: whoever prints it stops at once. */
  get signal(): AbortSignal {
    return this.#broken.signal;
  }

  /** The file has so many bytes now. */
  wrote(name: string, sizeBytes: number): void {
    this.#name = name;
    this.#writtenBytes = sizeBytes;
    this.#tell();
  }

  /** No byte comes after those that were written; the job has its document. */
  whole(): void {
    this.#finish({ kind: 'whole' });
  }

  broke(why: string): void {
    this.#finish({ kind: 'broken', why });
    this.#broken.abort();
  }

  /** Waits for bytes behind the position, or for the end. */
  async ahead(positionBytes: number): Promise<Ahead> {
    for (;;) {
      if (this.#end?.kind === 'broken') return this.#end;
      if (positionBytes < this.#writtenBytes) {
        return { kind: 'bytes', name: this.#name, untilBytes: this.#writtenBytes };
      }
      if (this.#end !== undefined) return this.#end;
      await this.#changed.promise;
    }
  }

  #finish(end: Extract<Ahead, { kind: 'whole' | 'broken' }>): void {
    this.#end ??= end;
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
