// A document's chunks on their way: counted against what its printer takes, and an error of theirs
// noted.
import { type Refusal, RefusedError } from '../errors/codes.ts';

/** The same chunks; throws the refusal with the first byte too many. */
export async function* atMost(
  source: AsyncIterable<Uint8Array>,
  mostBytes: number,
  refusal: Refusal,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new RefusedError(refusal);
    yield chunk;
  }
}

/** The same chunks; an error is noted on its way. */
export async function* noting(
  source: AsyncIterable<Uint8Array>,
  note: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    note(error);
    throw error;
  }
}
