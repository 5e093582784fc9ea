// The bytes of a document that still arrives, on their way to the device.
import { isHalError } from '../../hal/errors.ts';
import type { Arriving } from '../spool/arriving.ts';
import type { DocumentReader } from '../spool/document-reader.ts';
import type { ChunkStream, NextChunk } from './read-ahead.ts';

/**
 * As readAhead: nothing rejects. Its end comes only after the document's record is durable; a
 * broken upload is a failed chunk.
 */
export function readArriving(
  arriving: Arriving,
  open: (name: string) => Promise<Pick<DocumentReader, 'read' | 'close'>>,
  options: { readonly chunkBytes: number },
): ChunkStream {
  let opened: ReturnType<typeof open> | undefined;
  let positionBytes = 0;

  const fetch = async (): Promise<NextChunk> => {
    const ahead = await arriving.ahead(positionBytes);
    if (ahead.kind === 'whole') return { kind: 'end' };
    if (ahead.kind === 'broken') return { kind: 'failed', message: ahead.why, gone: false };
    try {
      opened ??= open(ahead.name);
      const wanted = Math.min(options.chunkBytes, ahead.untilBytes - positionBytes);
      const bytes = await (await opened).read(positionBytes, wanted);
      positionBytes += bytes.length;
      return { kind: 'chunk', bytes };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', message, gone: isHalError(error, 'not-found') };
    }
  };

  let next = fetch();
  return {
    peek: () => next,
    async next() {
      const current = await next;
      // Never one chunk ahead: what has not come yet must not keep back what has.
      next = current.kind === 'chunk' ? fetch() : Promise.resolve(current);
      return current;
    },
    async [Symbol.asyncDispose]() {
      try {
        await (await opened)?.close();
      } catch {
        // It could not be opened, which was told as a failed chunk.
      }
    },
  };
}
