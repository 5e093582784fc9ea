// Finds where HTTP requests begin in what a host sends on an IPP channel (RFC 9112 2.1, 6, 7.1):
// USB has no connections, so nothing else tells one exchange from the next.

export interface RequestPart {
  /** The first part of a request. */
  readonly begins: boolean;
  readonly bytes: Uint8Array;
}

/** What comes next in the request that is under way. */
type Place =
  | { readonly kind: 'head' | 'size' | 'trailer'; held: string }
  | { readonly kind: 'counted' | 'chunk'; leftBytes: number };

const headEnd = '\r\n\r\n';
const lineEnd = '\r\n';
const longestHeld = 16 * 1024;

export class RequestSplitter {
  #place: Place | undefined;

  /** The same bytes, in parts that each belong to one request. */
  push(bytes: Uint8Array): readonly RequestPart[] {
    const parts: RequestPart[] = [];
    let begins = this.#place === undefined;
    let from = 0;
    for (let at = 0; at < bytes.length; ) {
      at += this.#take(bytes.subarray(at));
      if (this.#place !== undefined && at < bytes.length) continue;
      parts.push({ begins, bytes: bytes.subarray(from, at) });
      begins = true;
      from = at;
    }
    return parts;
  }

  /** How many of the bytes belong to what comes next; at least one. */
  #take(bytes: Uint8Array): number {
    this.#place ??= { kind: 'head', held: '' };
    const place = this.#place;
    if ('leftBytes' in place) {
      const taken = Math.min(place.leftBytes, bytes.length);
      place.leftBytes -= taken;
      if (place.leftBytes === 0) {
        this.#place = place.kind === 'chunk' ? { kind: 'size', held: '' } : undefined;
      }
      return taken;
    }
    const before = place.held.length;
    const text = place.held + Buffer.from(bytes).toString('latin1');
    const mark = place.kind === 'head' ? headEnd : lineEnd;
    const end = text.indexOf(mark);
    if (end < 0) {
      // What is no HTTP stays one request, whatever its printer makes of it.
      place.held = text.slice(-longestHeld);
      return bytes.length;
    }
    this.#place = nextPlace(place.kind, text.slice(0, end));
    return end + mark.length - before;
  }
}

function nextPlace(kind: 'head' | 'size' | 'trailer', text: string): Place | undefined {
  switch (kind) {
    case 'head':
      return bodyOf(text);
    case 'size': {
      const sizeBytes = Number.parseInt(text, 16);
      // The last chunk has no data, and behind it come lines until an empty one.
      if (!(sizeBytes > 0)) return { kind: 'trailer', held: '' };
      return { kind: 'chunk', leftBytes: sizeBytes + lineEnd.length };
    }
    case 'trailer':
      return text === '' ? undefined : { kind: 'trailer', held: '' };
  }
}

function bodyOf(head: string): Place | undefined {
  if (/^transfer-encoding:\s*chunked\s*$/im.test(head)) return { kind: 'size', held: '' };
  const leftBytes = Number(/^content-length:\s*(\d+)\s*$/im.exec(head)?.[1] ?? 0);
  return leftBytes > 0 ? { kind: 'counted', leftBytes } : undefined;
}
