// As much of an HTTP/1.1 server as an emulated IPP printer needs, one request a connection.
import type { TcpConnection } from '../../../hal/contract.ts';

export interface HttpRequest {
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Pulled as it is read; ends with the body, or with the connection. */
  readonly body: AsyncGenerator<Uint8Array, 'whole' | 'cut'>;
}

const longestHeadBytes = 16 * 1024;

export async function readRequest(connection: TcpConnection): Promise<HttpRequest | undefined> {
  let held = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const part = await connection.read();
    if (part === undefined || held.length > longestHeadBytes) return undefined;
    held = Buffer.concat([held, part]);
    end = held.indexOf('\r\n\r\n');
  }
  const [start = '', ...lines] = held.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()] as const;
    }),
  );
  const source = new Source(connection, held.subarray(end + 4));
  const body =
    headers.get('transfer-encoding') === 'chunked'
      ? readChunks(source)
      : readCounted(source, Number(headers.get('content-length') ?? 0));
  return { path: start.split(' ')[1] ?? '', headers, body };
}

export async function respond(
  connection: TcpConnection,
  status: number,
  body: Uint8Array,
  type = 'application/ipp',
): Promise<void> {
  const head =
    `HTTP/1.1 ${status} Emulated\r\ncontent-type: ${type}\r\n` +
    `content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  await connection.write(Buffer.concat([Buffer.from(head), body]));
}

class Source {
  readonly #connection: TcpConnection;
  #held: Buffer;

  constructor(connection: TcpConnection, held: Buffer) {
    this.#connection = connection;
    this.#held = held;
  }

  /** At most so many bytes; undefined at the sender's end. */
  async some(maxBytes: number): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0) {
      const part = await this.#connection.read();
      if (part === undefined) return undefined;
      this.#held = Buffer.from(part);
    }
    const part = this.#held.subarray(0, maxBytes);
    this.#held = this.#held.subarray(part.length);
    return part;
  }

  async line(): Promise<string | undefined> {
    let text = '';
    while (!text.endsWith('\r\n')) {
      const octet = await this.some(1);
      if (octet === undefined || text.length > 100) return undefined;
      text += String.fromCharCode(octet[0] ?? 0);
    }
    return text.slice(0, -2);
  }
}

async function* readCounted(
  source: Source,
  countBytes: number,
): AsyncGenerator<Uint8Array, 'whole' | 'cut'> {
  for (let left = countBytes; left > 0; ) {
    const part = await source.some(left);
    if (part === undefined) return 'cut';
    left -= part.length;
    yield part;
  }
  return 'whole';
}

async function* readChunks(source: Source): AsyncGenerator<Uint8Array, 'whole' | 'cut'> {
  for (;;) {
    const size = Number.parseInt((await source.line()) ?? '', 16);
    if (Number.isNaN(size)) return 'cut';
    const end = yield* readCounted(source, size);
    if (end === 'cut' || (await source.line()) === undefined) return 'cut';
    if (size === 0) return 'whole';
  }
}
