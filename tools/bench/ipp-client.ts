// A client that prints by IPP over one connection that it keeps; it costs little, so that a bench
// measures the server.

import { connect, type Socket } from 'node:net';

import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippOperations } from '../../monitors/wire/ipp/operations.ts';

const FIRST_ERROR_STATUS = 0x0100;
const TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const REQUEST_ID = 1;

export interface IppClient {
  /** Print-Job; rejects unless the server answers with success (RFC 8011 4.2.1). */
  print(document: Uint8Array): Promise<void>;
  /** The same with what `printRequest` has made before. */
  send(request: Uint8Array): Promise<void>;
  close(): void;
}

interface PrintTarget {
  readonly host?: string;
  readonly jobName?: string;
}

/** The octets of a Print-Job with its document, to be made before the clock runs. */
export function printRequest(
  port: number,
  queue: string,
  document: Uint8Array,
  target: PrintTarget = {},
): Buffer {
  return Buffer.concat([printRequestHead(port, queue, document.length, target), document]);
}

/** What stands before a document of so many bytes. */
export function printRequestHead(
  port: number,
  queue: string,
  documentBytes: number,
  { host = '127.0.0.1', jobName }: PrintTarget = {},
): Buffer {
  const attributes = encodeIppMessage(printJob(`ipp://${host}:${port}/printers/${queue}`, jobName));
  const head = [
    `POST /printers/${queue} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Content-Type: application/ipp',
    `Content-Length: ${attributes.length + documentBytes}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), attributes]);
}

/** One request at a time. A connection that broke is not made again: open another client. */
export function openIppClient(port: number, queue: string): IppClient {
  return new Client(port, queue);
}

class Client implements IppClient {
  readonly #port: number;
  readonly #queue: string;
  readonly #socket: Socket;
  #answer: Uint8Array = new Uint8Array();
  #failure: unknown;
  #waiting: PromiseWithResolvers<void> | undefined;

  constructor(port: number, queue: string) {
    this.#port = port;
    this.#queue = queue;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('data', (chunk: Uint8Array) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
    this.#socket = socket;
  }

  print(document: Uint8Array): Promise<void> {
    return this.send(printRequest(this.#port, this.#queue, document));
  }

  send(request: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#waiting = Promise.withResolvers<void>();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Uint8Array): void {
    this.#answer = this.#answer.length === 0 ? chunk : Buffer.concat([this.#answer, chunk]);
    try {
      const code = statusOfAnswer(this.#answer);
      if (code === undefined) return;
      if (code >= FIRST_ERROR_STATUS) throw new Error(`IPP status 0x${code.toString(16)}`);
      this.#answer = new Uint8Array();
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

/**
 * The IPP status of an HTTP answer; undefined while it is not whole. Throws where it is none of
 * status 200.
 */
export function statusOfAnswer(octets: Uint8Array): number | undefined {
  const answer = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  if (answer.length > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = answer.toString('latin1', 0, headEnd);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(head.slice(0, head.indexOf('\r\n')));
  const body = answer.subarray(headEnd + 4);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) return statusOfChunks(body);
  return body.length < Number(length) ? undefined : body.readUInt16BE(2);
}

/** RFC 9112 7.1: the status stands in the first chunk, and the last one is empty. */
function statusOfChunks(body: Buffer): number | undefined {
  if (!body.toString('latin1').endsWith('\r\n0\r\n\r\n')) return undefined;
  return body.readUInt16BE(body.indexOf('\r\n') + 4);
}

function printJob(
  uri: string,
  jobName: string | undefined,
): Parameters<typeof encodeIppMessage>[0] {
  return {
    version: { major: 1, minor: 1 },
    code: ippOperations['Print-Job'],
    requestId: REQUEST_ID,
    groups: [
      {
        tag: 'operation-attributes',
        attributes: [
          { name: 'attributes-charset', values: [{ syntax: 'charset', value: 'utf-8' }] },
          {
            name: 'attributes-natural-language',
            values: [{ syntax: 'naturalLanguage', value: 'en' }],
          },
          { name: 'printer-uri', values: [{ syntax: 'uri', value: uri }] },
          {
            name: 'requesting-user-name',
            values: [{ syntax: 'nameWithoutLanguage', value: 'bench' }],
          },
          ...(jobName === undefined
            ? []
            : [
                {
                  name: 'job-name',
                  values: [{ syntax: 'nameWithoutLanguage', value: jobName } as const],
                },
              ]),
          {
            name: 'document-format',
            values: [{ syntax: 'mimeMediaType', value: 'application/octet-stream' }],
          },
        ],
      },
    ],
  };
}
