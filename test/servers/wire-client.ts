// A client that writes octets to a socket as told and reads HTTP answers off it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where it came chunked: as it was cut. */
  readonly chunks?: readonly Buffer[];
}

/** How long a test waits for what must come. */
const patienceMs = 10_000;

export class WireClient {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('end', () => this.#wake());
  }

  static async to(port: number): Promise<WireClient> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  /** What came back before the connection ended with a reset, if it did. */
  get error(): Error | undefined {
    return this.#error;
  }

  get received(): Buffer {
    return this.#received;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  send(...parts: readonly (string | Uint8Array)[]): this {
    this.#socket.write(
      Buffer.concat(
        parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
      ),
    );
    return this;
  }

  /** Hands over all of `bytes` at the server's pace; false once the connection is broken. */
  pour(bytes: Uint8Array): Promise<boolean> {
    if (this.#socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => this.#socket.write(bytes, (error) => resolve(!error)));
  }

  finish(): this {
    this.#socket.end();
    return this;
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** The next answer, an interim 100 passed over. */
  async answer(): Promise<WireAnswer> {
    for (;;) {
      const parsed = parseAnswer(this.#received);
      if (parsed !== undefined) {
        this.#received = this.#received.subarray(parsed.usedBytes);
        if (parsed.answer.status !== 100) return parsed.answer;
      } else if (this.#ended) {
        throw new Error(`closed after ${this.#received.length} bytes`, { cause: this.#error });
      } else {
        await this.#change('an answer');
      }
    }
  }

  /** Resolves when at least `count` bytes of answer are there. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#received.length < count) await this.#change(`${count} bytes`);
    return this.#received;
  }

  /** Resolves when the connection is over; `reset` where it did not end in order. */
  async over(): Promise<'closed' | 'reset'> {
    this.#socket.once('end', () => this.#socket.end());
    if (this.#socket.readableEnded) this.#socket.end();
    while (!this.#ended) await this.#change('the end');
    return this.#error === undefined ? 'closed' : 'reset';
  }

  close(): void {
    this.#socket.destroy();
  }

  async #change(what: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const signal = AbortSignal.timeout(patienceMs);
    const late = once(signal, 'abort').then(() => {
      throw new Error(`waited too long for ${what}`);
    });
    await Promise.race([promise, late]);
  }
}

function parseAnswer(octets: Buffer): { answer: WireAnswer; usedBytes: number } | undefined {
  const headEnd = octets.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...fields] = octets.toString('latin1', 0, headEnd).split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => {
      const at = field.indexOf(':');
      return [field.slice(0, at).toLowerCase(), field.slice(at + 1).trim()] as const;
    }),
  );
  const status = Number(statusLine.split(' ')[1]);
  const bodyAt = headEnd + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    const parsed = parseChunks(octets, bodyAt);
    if (parsed === undefined) return undefined;
    const { chunks, usedBytes } = parsed;
    return { answer: { status, headers, body: Buffer.concat(chunks), chunks }, usedBytes };
  }
  const usedBytes = bodyAt + Number(headers['content-length'] ?? 0);
  if (octets.length < usedBytes) return undefined;
  return { answer: { status, headers, body: octets.subarray(bodyAt, usedBytes) }, usedBytes };
}

/** The chunks from an offset on (RFC 9112, section 7.1); undefined while the last is not there. */
function parseChunks(
  octets: Buffer,
  offset: number,
): { readonly chunks: readonly Buffer[]; readonly usedBytes: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = offset; ; ) {
    const lineEnd = octets.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(octets.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (octets.length < end + 2) return undefined;
    if (size === 0) return { chunks, usedBytes: end + 2 };
    chunks.push(octets.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
