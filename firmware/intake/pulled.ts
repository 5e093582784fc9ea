// A client's stream as intake pulls it: abortable, given back when intake stops early, its own
// failure told apart.
import { abortable } from '../../hal/time.ts';

/** The client's stream broke off; nothing of ours failed. */
export class UploadBrokenError extends Error {
  constructor(options?: ErrorOptions) {
    super('the document broke off before its end', options);
    this.name = 'UploadBrokenError';
  }
}

/** Passes chunks on; what the stream throws, and an abort, becomes an UploadBrokenError. */
export async function* pulled(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  let over = false;
  try {
    for (;;) {
      const next = await nextOf(iterator, signal);
      if (next.done === true) {
        over = true;
        return;
      }
      if (next.value.length > 0) yield next.value;
    }
  } finally {
    if (!over) await giveBack(iterator, signal);
  }
}

async function nextOf(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await abortable(iterator.next(), signal);
  } catch (error) {
    throw new UploadBrokenError({ cause: error });
  }
}

/** Tells the stream that nobody reads on. */
async function giveBack(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const returned = Promise.resolve(iterator.return?.()).then(
    () => undefined,
    // The stream is over either way, and why it broke is known already.
    () => undefined,
  );
  // A stream that is stuck in a read can't return before that read ends.
  if (signal?.aborted !== true) await returned;
}
