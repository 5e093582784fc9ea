// The bytes of a document on their way to the device: one chunk ahead of the writer, never more.

/** A chunk, the end, or why there is none; `gone` means that no later try will find it. */
export type NextChunk =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string; readonly gone: boolean };

export interface DocumentReader extends AsyncDisposable {
  next(): Promise<NextChunk>;
}

/** Reads `source`; while one chunk is with the device, the next one is fetched. */
export function readAhead(
  source: () => AsyncIterable<Uint8Array>,
  options: { readonly isGone: (error: unknown) => boolean },
): DocumentReader {
  const iterator = source()[Symbol.asyncIterator]();
  /** Never rejects, so that a failure ahead of its time is kept and not lost. */
  const fetch = async (): Promise<NextChunk> => {
    try {
      const result = await iterator.next();
      if (result.done === true) return { kind: 'end' };
      return { kind: 'chunk', bytes: result.value };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', message, gone: options.isGone(error) };
    }
  };
  let ahead: Promise<NextChunk> | undefined;
  return {
    async next() {
      const current = await (ahead ?? fetch());
      ahead = current.kind === 'chunk' ? fetch() : Promise.resolve(current);
      return current;
    },
    async [Symbol.asyncDispose]() {
      await ahead;
      await iterator.return?.();
    },
  };
}
