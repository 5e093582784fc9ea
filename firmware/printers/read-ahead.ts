// The bytes of a document on their way to the device: one chunk ahead of the writer, never more.
import { isHalError } from '../../hal/errors.ts';
import { DamagedDocumentError, type DocumentReader } from '../spool/document-reader.ts';

/** A chunk, the end, or why there is none; `gone` means that no later try will find it. */
export type NextChunk =
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string; readonly gone: boolean };

export interface ChunkStream extends AsyncDisposable {
  /** What `next` will resolve with; takes nothing. */
  peek(): Promise<NextChunk>;
  next(): Promise<NextChunk>;
}

/**
 * Reads a document: its first chunk at once, and while one is with the device, the next. `open`
 * rejects where the document can't be opened. Nothing here rejects: a failure is the last chunk.
 */
export function readAhead(
  open: () => Promise<DocumentReader>,
  options: { readonly chunkBytes: number },
): ChunkStream {
  let opened: Promise<DocumentReader> | undefined;
  let positionBytes = 0;
  const fetch = async (): Promise<NextChunk> => {
    try {
      opened ??= open();
      const reader = await opened;
      if (positionBytes >= reader.sizeBytes) return { kind: 'end' };
      const bytes = await reader.read(positionBytes, options.chunkBytes);
      positionBytes += bytes.length;
      return bytes.length === 0 ? { kind: 'end' } : { kind: 'chunk', bytes };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', message, gone: isGone(error) };
    }
  };
  let ahead = fetch();
  return {
    peek: () => ahead,
    async next() {
      const current = await ahead;
      ahead = current.kind === 'chunk' ? fetch() : Promise.resolve(current);
      return current;
    },
    async [Symbol.asyncDispose]() {
      await ahead;
      try {
        await (await opened)?.close();
      } catch {
        // It could not be opened, which was told as a failed chunk, or not be closed, which harms
        // nobody.
      }
    },
  };
}

/** An error of the disk may pass; a document that is away or damaged stays so. */
function isGone(error: unknown): boolean {
  return error instanceof DamagedDocumentError || isHalError(error, 'not-found');
}
