/** Reads an IPP message off a stream and leaves the document behind it to be pulled. */
import { IppDecoder, type IppDecoderOptions, type IppProgress } from './decode.ts';
import type { IppMessage } from './message.ts';

export interface IppStream {
  readonly message: IppMessage;
  /** That the message had, up to the document. */
  readonly octets: number;
  /**
   * The document data. Each chunk is pulled from the source when it is asked for. Whoever doesn't
   * read to the end calls return() (leaving a for-await loop does): that cancels the source.
   */
  readonly rest: AsyncIterableIterator<Uint8Array>;
}

/**
 * Throws IppDecodeError, or what the source throws; the source is cancelled by its return() then.
 * A server that still wants to answer hands over `request.iterator({ destroyOnReturn: false })`,
 * since cancelling a plain Node stream takes the connection with it.
 */
export async function readIppMessage(
  source: AsyncIterable<Uint8Array>,
  options: IppDecoderOptions,
): Promise<IppStream> {
  const iterator = source[Symbol.asyncIterator]();
  const decoder = new IppDecoder(options);
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) throw decoder.truncated();
    const progress = await pushOrCancel(decoder, next.value, iterator);
    if (progress.done) {
      const { message, octets } = progress;
      return { message, octets, rest: restOf(progress.rest, iterator) };
    }
  }
}

async function pushOrCancel(
  decoder: IppDecoder,
  chunk: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): Promise<IppProgress> {
  try {
    return decoder.push(chunk);
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
}

/** Written out, because a generator that was never started ignores return(). */
function restOf(
  leftOver: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncIterableIterator<Uint8Array> {
  let first: Uint8Array | undefined = leftOver.length > 0 ? leftOver : undefined;
  let ended = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return { done: true, value: undefined };
      if (first !== undefined) {
        const value = first;
        first = undefined;
        return { done: false, value };
      }
      const result = await iterator.next();
      ended ||= result.done === true;
      return result;
    },
    async return() {
      first = undefined;
      if (!ended) {
        ended = true;
        await iterator.return?.();
      }
      return { done: true, value: undefined };
    },
  };
}
