// Requests to the server of a queue, over a few connections that stay open; each is proven before a
// byte is sent on it.
import { Agent, type IncomingMessage, request } from 'node:http';
import { PassThrough } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { clientLimits as limits } from '../limits/client-limits.ts';
import { authorityOf } from './address.ts';
import { ContentChannel, openContentConnection } from './content-connection.ts';
import { ClientError, type ClientParts, type QueueAddress } from './contract.ts';
import { type Pace, startPace } from './pace.ts';

export interface Session {
  /** The key of the server, once one connection was made. */
  readonly serverKey: string | undefined;
  /** Read and sent so far, over all connections. */
  readonly movedBytes: number;
  /** JSON below `/ipp/files/PRINTER/`; a refusal of the server is a ClientError. */
  json<Schema extends z.ZodType>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    schema: Schema,
    options?: { readonly body?: unknown; readonly limitBytes?: number },
  ): Promise<z.infer<Schema>>;
  /** Below `/ipp/files/PRINTER/` too, on a connection of its own. */
  contents(): ContentChannel;
  close(): void;
}

const problem = z.object({ code: z.string(), detail: z.string() });

export function openSession(
  { dial, clock }: Pick<ClientParts, 'dial' | 'clock'>,
  address: QueueAddress,
  pin: string | undefined,
): Session {
  const agent = new Agent({ keepAlive: true, maxSockets: limits.downloads });
  let serverKey: string | undefined;
  const sockets: TLSSocket[] = [];
  const channels: ContentChannel[] = [];
  agent.createConnection = (_options, done) => {
    const hand = async () => {
      try {
        const { socket, key } = await dial(address, pin);
        serverKey = key;
        sockets.push(socket);
        done?.(null, socket);
      } catch (error) {
        // The agent hands the error to the request, and uses no stream.
        done?.(toError(error), new PassThrough());
      }
    };
    void hand();
    return undefined;
  };
  const root = `/ipp/files/${encodeURIComponent(address.printer)}`;

  const send = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const host = authorityOf(address);
      const sending = request({
        method,
        path: `${root}/${path}`,
        headers: { ...headers, host },
        agent,
      });
      sending.setTimeout(limits.idleTimeoutMs, () => sending.destroy(new Error('it is silent')));
      sending.once('response', resolve);
      sending.once('error', reject);
      sending.end(body);
    });

  return {
    get serverKey() {
      return serverKey;
    },
    get movedBytes() {
      return sockets.reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, 0);
    },
    async json(method, path, schema, { body, limitBytes = limits.answerBytes } = {}) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers: Record<string, string> =
        text === undefined
          ? {}
          : {
              'content-type': 'application/json',
              'content-length': String(Buffer.byteLength(text)),
            };
      const response = await explained(address, send(method, path, headers, text));
      const answer = parsed(
        await explained(address, wholeOf(response, limitBytes, startPace(clock))),
      );
      if ((response.statusCode ?? 0) >= 300) throw refusalOf(response.statusCode ?? 0, answer);
      const { success, data } = schema.safeParse(answer);
      if (success) return data;
      throw new ClientError('manifest-wrong', `${authorityOf(address)} answers as no Platen does.`);
    },
    contents() {
      const channel = new ContentChannel(root, () =>
        openContentConnection(authorityOf(address), clock, async (lent) => {
          const { socket, key } = await dial(address, pin, lent);
          serverKey = key;
          sockets.push(socket);
          return socket;
        }),
      );
      channels.push(channel);
      return channel;
    },
    close() {
      agent.destroy();
      for (const channel of channels) channel.drop();
    },
  };
}

/** What a response still holds is read, so that its connection can be used again. */
async function wholeOf(response: IncomingMessage, limitBytes: number, pace: Pace): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunksOf(response)) {
    sizeBytes += chunk.length;
    pace.came(chunk.length);
    if (sizeBytes > limitBytes) {
      response.destroy();
      throw new ClientError('manifest-wrong', `The answer has more than ${limitBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* chunksOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an answer came decoded');
    yield chunk;
  }
}

/** What the server said instead. */
export function refusalOf(status: number, answer: unknown): ClientError {
  const said = problem.safeParse(answer);
  const what = said.success ? `${said.data.detail} (${said.data.code})` : `status ${status}`;
  const serverCode = said.success ? said.data.code : `http-${status}`;
  const message =
    serverCode === 'printer-not-found'
      ? 'The server has no such printer: mind its spelling; "platen disconnect" tidies up.'
      : `The server refuses: ${what}`;
  return new ClientError('server-refused', message, { serverCode });
}

/** The ways in which a connection fails are not the client's fault, nor a program's. */
async function explained<T>(address: QueueAddress, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error instanceof ClientError)
      throw error;
    const message = `The connection to ${authorityOf(address)} broke off: ${error.message}.`;
    throw new ClientError('download-broken', message, { cause: error });
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The schema tells that it is none.
    return undefined;
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
