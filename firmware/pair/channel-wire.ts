// One exchange of the peer channel on an HTTP/2 stream: a JSON head after its length, then the
// body.
import type { Http2Stream } from 'node:http2';
import { once } from 'node:events';
import type { JsonValue } from '../../monitors/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import { PeerError } from './contract.ts';

const lengthBytes = 4;

export function encodeHead(head: JsonValue): Uint8Array {
  const text = Buffer.from(JSON.stringify(head));
  if (text.length > pairLimits.headBytes) {
    throw new Error(`the head of a message to the peer has ${text.length} bytes`);
  }
  const framed = Buffer.alloc(lengthBytes + text.length);
  framed.writeUInt32BE(text.length);
  text.copy(framed, lengthBytes);
  return framed;
}

type Incoming = AsyncIterable<unknown> & Pick<Http2Stream, 'aborted' | 'rstCode'>;

/** Reads the head; what follows is the body, pulled as it is wanted. */
export async function readHead(
  stream: Incoming,
): Promise<{ readonly head: JsonValue; readonly body: AsyncIterable<Uint8Array> }> {
  const chunks = chunksOf(stream);
  let got: Buffer = Buffer.alloc(0);
  let wanted = lengthBytes;
  for (;;) {
    if (got.length >= lengthBytes) wanted = lengthBytes + got.readUInt32BE(0);
    if (wanted > lengthBytes + pairLimits.headBytes) throw broken('its head is too long');
    if (got.length >= wanted && wanted > lengthBytes) break;
    const next = await chunks.next();
    if (next.done === true) throw broken('it ended before its head');
    got = Buffer.concat([got, next.value]);
  }
  const head = parse(got.subarray(lengthBytes, wanted));
  return { head, body: withRest(got.subarray(wanted), chunks) };
}

async function* withRest(
  first: Uint8Array,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* chunks;
}

async function* chunksOf(stream: Incoming): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    throw broken('the connection broke', error);
  }
  // A stream that was reset can look like one that ended.
  if (stream.aborted || stream.rstCode !== 0) throw broken('it broke off');
}

/** Ends the stream after the body; waits where the other end does not read. */
export async function writeBody(
  stream: Http2Stream,
  head: Uint8Array,
  body: AsyncIterable<Uint8Array> | undefined,
  signal: AbortSignal,
): Promise<void> {
  await writeChunk(stream, head, signal);
  if (body !== undefined) {
    for await (const chunk of body) await writeChunk(stream, chunk, signal);
  }
  stream.end();
}

async function writeChunk(
  stream: Http2Stream,
  chunk: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (stream.destroyed || signal.aborted) throw broken('the other end gave up');
  if (!stream.write(chunk)) await once(stream, 'drain', { signal });
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    const value: JsonValue = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return value;
  } catch (error) {
    throw broken('its head is no JSON', error);
  }
}

function broken(what: string, cause?: unknown): PeerError {
  return new PeerError('away', `a message of the peer can't be read: ${what}`, { cause });
}
