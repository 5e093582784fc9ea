// Compressed documents on their way in: expanded as they come, with a bound on what a small one may
// become.
import { pipeline } from 'node:stream/promises';
import {
  createGunzip,
  createInflate,
  createInflateRaw,
  type Gunzip,
  type Inflate,
} from 'node:zlib';
import { type Refusal, RefusedError, refused } from '../errors/codes.ts';

export interface ExpandLimits {
  readonly expandedFreeBytes: number;
  readonly expandedRatio: number;
  readonly expandedBytes: number;
}

/**
 * The expanded bytes of a `gzip` (RFC 1952) or `deflate` document. IPP's deflate is RFC 1951;
 * clients also send RFC 1950 under that name, which its two header bytes tell apart. Throws a
 * RefusedError for damaged data and for a document that grows beyond the limits; errors of the
 * source pass unchanged.
 */
export async function* expand(
  source: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'deflate',
  limits: ExpandLimits,
): AsyncGenerator<Uint8Array> {
  const feed = createFeed(source);
  const inflater = compression === 'gzip' ? createGunzip() : await inflaterFor(feed);
  const feeding = pipeline(feed.chunks(), inflater).catch(() => {
    // The loop below sees the same error through the stream, or has ended by itself.
  });
  let expandedBytes = 0;
  try {
    for await (const chunk of inflater) {
      const bytes: Uint8Array = chunk;
      expandedBytes += bytes.length;
      const refusal = checkGrowth(expandedBytes, feed.takenBytes, limits);
      if (refusal !== undefined) throw new RefusedError(refusal);
      yield bytes;
    }
  } catch (error) {
    if (error instanceof RefusedError || feed.failed) throw error;
    throw new RefusedError(
      refused('document-incomplete', `the ${compression} data is damaged or broke off`),
      { cause: error },
    );
  } finally {
    inflater.destroy();
    await feeding;
  }
}

function checkGrowth(
  expandedBytes: number,
  takenBytes: number,
  limits: ExpandLimits,
): Refusal | undefined {
  if (expandedBytes > limits.expandedBytes) {
    return refused(
      'job-too-large',
      `the document expands to more than ${limits.expandedBytes} bytes`,
    );
  }
  const isBomb =
    expandedBytes > limits.expandedFreeBytes && expandedBytes > takenBytes * limits.expandedRatio;
  if (!isBomb) return undefined;
  return refused(
    'job-too-large',
    `the document expands to more than ${limits.expandedRatio} times its compressed size`,
  );
}

/** The source with a look at its first bytes, counted. */
interface Feed {
  head(count: number): Promise<Uint8Array>;
  chunks(): AsyncGenerator<Uint8Array>;
  readonly takenBytes: number;
  /** The source itself threw. */
  readonly failed: boolean;
}

function createFeed(source: AsyncIterable<Uint8Array>): Feed {
  const iterator = source[Symbol.asyncIterator]();
  let looked: Uint8Array = new Uint8Array();
  let takenBytes = 0;
  let failed = false;
  let over = false;
  const pull = async (): Promise<Uint8Array | undefined> => {
    try {
      const next = await iterator.next();
      if (next.done !== true) return next.value;
      over = true;
      return undefined;
    } catch (error) {
      failed = true;
      over = true;
      throw error;
    }
  };
  const rest = async () => (over ? undefined : await pull());
  return {
    async head(count) {
      while (looked.length < count) {
        const more = await pull();
        if (more === undefined) break;
        looked = Buffer.concat([looked, more]);
      }
      return looked;
    },
    async *chunks() {
      try {
        if (looked.length > 0) {
          takenBytes += looked.length;
          yield looked;
        }
        for (let chunk = await rest(); chunk !== undefined; chunk = await rest()) {
          takenBytes += chunk.length;
          yield chunk;
        }
      } finally {
        if (!over) await iterator.return?.();
      }
    },
    get takenBytes() {
      return takenBytes;
    },
    get failed() {
      return failed;
    },
  };
}

async function inflaterFor(feed: Feed): Promise<Gunzip | Inflate> {
  const [first = 0, second = 0] = await feed.head(2);
  // RFC 1950 2.2: method 8, and both bytes together a multiple of 31. No RFC 1951 encoder begins
  // so.
  const hasZlibHeader = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
  return hasZlibHeader ? createInflate() : createInflateRaw();
}
