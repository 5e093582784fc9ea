// Reads lines and counted bytes from a stream of chunks, holding one chunk at a time.

export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** What was handed out. */
  #positionBytes = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  get positionBytes(): number {
    return this.#positionBytes;
  }

  /** Up to `mostBytes`, at least one; undefined at the end. */
  async some(mostBytes: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      if (this.#ended) return undefined;
      const { done, value } = await this.#chunks.next();
      this.#ended = done === true;
      if (done !== true) this.#rest = value;
    }
    const taken = this.#rest.subarray(0, mostBytes);
    this.#rest = this.#rest.subarray(taken.length);
    this.#positionBytes += taken.length;
    return taken;
  }

  /** Exactly so many; undefined where the stream ends before. */
  async exactly(bytes: number): Promise<Buffer | undefined> {
    const pieces: Uint8Array[] = [];
    for (let left = bytes; left > 0; ) {
      const piece = await this.some(left);
      if (piece === undefined) return undefined;
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** Without its line feed; undefined where none comes within `mostBytes`. */
  async line(mostBytes: number): Promise<string | undefined> {
    const pieces: Uint8Array[] = [];
    for (let left = mostBytes; left > 0; ) {
      const piece = await this.some(left);
      if (piece === undefined) return undefined;
      const at = piece.indexOf(lineFeed);
      if (at >= 0) {
        pieces.push(piece.subarray(0, at));
        this.#giveBack(piece.subarray(at + 1));
        return Buffer.concat(pieces).toString('utf8');
      }
      pieces.push(piece);
      left -= piece.length;
    }
    return undefined;
  }

  /** Lets the source go, however much of it is left. */
  async end(): Promise<void> {
    await this.#chunks.return?.();
  }

  #giveBack(bytes: Uint8Array): void {
    this.#positionBytes -= bytes.length;
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([bytes, this.#rest]);
  }
}

const lineFeed = 0x0a;
