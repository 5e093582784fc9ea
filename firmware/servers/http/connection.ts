// One client connection of the HTTP server: its requests one after the other, its deadlines, and
// its end.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress } from '../../../hal/address.ts';
import type { Clock, SocketAddress, Timer } from '../../../hal/contract.ts';
import { createLazyTimers, type LazyTimers } from '../../../hal/time.ts';
import type { HttpLimits } from '../../limits/server-limits.ts';
import { RequestBody } from './body.ts';
import {
  HttpBodyError,
  type HttpAnswer,
  type HttpBodyFault,
  type HttpProblem,
  type HttpRequest,
} from './contract.ts';
import { parseRequestTarget } from './path.ts';
import { textProblem } from './router.ts';
import { sendAnswer } from './send.ts';

export interface HttpConnectionOptions {
  readonly socket: Socket;
  /** It speaks TLS. */
  readonly secure: boolean;
  readonly clock: Clock;
  readonly limits: HttpLimits;
  /** Gives its place among the connections free; may be called again. */
  readonly leave: () => void;
  /** Rejects with an HttpBodyError and nothing else. */
  readonly respond: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Called with what an answer's own stream threw; the connection is gone then. */
  readonly onFault: (error: unknown) => void;
}

/** Who goes first where places are scarce, in this order; then the longest so. */
export const standings = ['idle', 'head', 'crawling'] as const;

export interface Standing {
  readonly kind: (typeof standings)[number];
  readonly sinceMs: number;
}

export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  readonly #local: SocketAddress;
  readonly #remote: SocketAddress;
  /** An exchange waits for one thing at a time, and starts and cancels a timer for each. */
  readonly #timers: LazyTimers;
  #timer: Timer;
  #waiting = 0;
  /** Of the wait for a head, or of the request that runs. */
  #sinceMs = 0;
  /** Up to then. */
  #readBytes = 0;
  #movedBytes = 0;
  #tail: Promise<void> = Promise.resolve();
  #body: RequestBody | undefined;
  #closing = false;
  #broken = false;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    const { socket } = options;
    this.#local = addressOf(socket.localAddress, socket.localPort);
    this.#remote = addressOf(socket.remoteAddress, socket.remotePort);
    this.#timers = createLazyTimers(options.clock);
    this.#timer = this.#awaitHead();
    socket.once('close', () => {
      this.#timer.cancel();
      this.#timers.close();
      options.leave();
    });
    // Of a request that asked for another protocol, Node does not tell that its body broke off.
    socket.once('end', () => this.#body?.fail('gone'));
  }

  get socket(): Socket {
    return this.#options.socket;
  }

  get leave(): () => void {
    return this.#options.leave;
  }

  get address(): string {
    return this.#remote.address;
  }

  /** What it could be ended for, where others have no place; undefined: it is at work. */
  get standing(): Standing | undefined {
    if (this.#broken) return undefined;
    const { socket } = this.#options;
    const sinceMs = this.#sinceMs;
    if (this.#waiting === 0) {
      return { kind: socket.bytesRead === this.#readBytes ? 'idle' : 'head', sinceMs };
    }
    return this.#crawls() ? { kind: 'crawling', sinceMs } : undefined;
  }

  /** Makes room for another one, at once. */
  evict(): void {
    this.#options.leave();
    this.destroy();
  }

  /**
   * Lets go of the socket, which speaks something else from now on; false: there are requests that
   * are not answered yet.
   */
  release(): boolean {
    if (this.#waiting > 0 || this.#broken || this.#closing) return false;
    this.#broken = true;
    this.#timer.cancel();
    return true;
  }

  /** A head has come; its request is answered after those before it. */
  take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    this.#timer.cancel();
    if (this.#waiting === 0) this.#begin();
    if (this.#broken) return;
    this.#waiting += 1;
    if (this.#waiting > this.#options.limits.pipelinedRequests) return this.destroy();
    const body = new RequestBody({
      request,
      clock: this.#timers,
      idleTimeoutMs: this.#options.limits.bodyIdleTimeoutMs,
      onFirstRead: () => {
        if (expectsContinue) response.writeContinue();
      },
    });
    this.#body = body;
    this.#tail = this.#tail
      .then(() => this.#exchange(request, response, body))
      .catch((error) => {
        this.#options.onFault(error);
        this.destroy();
      });
  }

  /**
   * What came is no HTTP: a running request is failed or answered first, then the connection ends.
   */
  refuse(status: number, detail: string, fault: HttpBodyFault): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#timer.cancel();
    this.#body?.fail(fault);
    if (this.#waiting === 0) this.#sayAndEnd(status, detail);
  }

  /** Ends after the running request, at once without one. */
  close(): void {
    this.#closing = true;
    if (this.#waiting === 0) this.destroy();
  }

  destroy(): void {
    this.#broken = true;
    this.#options.socket.destroy();
  }

  async #exchange(request: IncomingMessage, response: ServerResponse, body: RequestBody) {
    const { socket, limits } = this.#options;
    if (!response.destroyed && !socket.destroyed) {
      const answer = await this.#answer(request, body);
      await sendAnswer({
        answer,
        response,
        body,
        clock: this.#timers,
        limits,
        mustClose: () => this.#closing || this.#broken,
      });
    }
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    if (this.#closing || this.#broken) socket.destroySoon();
    else if (!socket.destroyed) this.#timer = this.#awaitHead();
  }

  async #answer(request: IncomingMessage, body: RequestBody): Promise<HttpAnswer> {
    const refused = this.#refusalOf(request);
    if (refused !== undefined) return refused;
    const framing = framingProblemOf(request);
    if (framing !== undefined) {
      // Where such a body ends somebody between here and there may see otherwise.
      this.#closing = true;
      return textProblem(framing);
    }
    const target = parseRequestTarget(request.url ?? '');
    if (target === undefined) return text(400, 'The request target can not be understood.');
    try {
      return await this.#options.respond({
        method: request.method ?? '',
        path: target.path,
        query: target.query,
        local: this.#local,
        remote: this.#remote,
        secure: this.#options.secure,
        lengthBytes: lengthOf(request),
        body,
        header: (name) => headerOf(request, name),
      });
    } catch (error) {
      if (!(error instanceof HttpBodyError)) throw error;
      return text(error.fault === 'stalled' ? 408 : 400, error.message);
    }
  }

  #refusalOf(request: IncomingMessage): HttpAnswer | undefined {
    const { requestTargetBytes } = this.#options.limits;
    if ((request.url ?? '').length > requestTargetBytes) {
      return text(414, `A request target has at most ${requestTargetBytes} octets.`);
    }
    const { expect, host } = request.headers;
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      return text(417, 'Only 100-continue can be expected.');
    }
    const needsHost = request.httpVersion !== '1.0' && host === undefined;
    if (needsHost) return text(400, 'The Host header is missing.');
    // RFC 9112 3.2: which of two is meant nobody knows, and two servers may choose differently.
    const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
    if (hosts.length > 1) return text(400, 'The Host header comes twice.');
    return host === undefined || hostForm.test(host)
      ? undefined
      : text(400, 'The Host header names no host.');
  }

  /**
   * Node does not tell when a head begins: by what was read it is looked for now and then. Before
   * that a client may be idle for long, after it not.
   */
  #awaitHead(): Timer {
    const { socket, clock, limits } = this.#options;
    this.#begin();
    const sinceMs = this.#sinceMs;
    const look = () => {
      if (socket.bytesRead !== this.#readBytes) {
        this.#timer = this.#startTimer(limits.headTimeoutMs);
        return;
      }
      const leftMs = sinceMs + limits.idleTimeoutMs - clock.monotonicMs();
      this.#timer =
        leftMs > limits.headLookMs
          ? this.#timers.startTimer(limits.headLookMs, look)
          : this.#startTimer(leftMs);
    };
    return this.#timers.startTimer(limits.headLookMs, look);
  }

  #begin(): void {
    const { socket, clock } = this.#options;
    this.#sinceMs = clock.monotonicMs();
    this.#readBytes = socket.bytesRead;
    this.#movedBytes = this.#moved();
  }

  #moved(): number {
    const { bytesRead, bytesWritten, writableLength } = this.#options.socket;
    return bytesRead + bytesWritten - writableLength;
  }

  /**
   * Its client sends, or takes, next to nothing. An answer that has nothing to say waits for us.
   */
  #crawls(): boolean {
    const { socket, clock, limits } = this.#options;
    if (this.#body?.ended !== false && socket.writableLength === 0) return false;
    const lastsMs = clock.monotonicMs() - this.#sinceMs;
    if (lastsMs < limits.crawlsAfterMs) return false;
    const movedBytes = this.#moved() - this.#movedBytes;
    return movedBytes < (limits.crawlsBelowBytesPerSecond * lastsMs) / 1000;
  }

  #startTimer(delayMs: number): Timer {
    return this.#timers.startTimer(delayMs, () => {
      this.refuse(408, 'No request came in time.', 'stalled');
    });
  }

  #sayAndEnd(status: number, detail: string): void {
    const { socket, clock, limits } = this.#options;
    if (!socket.writable) return this.destroy();
    const body = `${detail}\n`;
    const head = [
      `HTTP/1.1 ${status} ${reasonOf(status)}`,
      'Connection: close',
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    // A client that goes on sending would turn an immediate close into a reset, and lose the
    // answer.
    const timer = clock.startTimer(limits.brokenLingerTimeoutMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
  }
}

/** uri-host and port (RFC 9112 3.2); names beyond ASCII as some clients send them. */
const hostForm =
  /^(?:\[[\w:.~!$&'()*+,;=%-]*\]|(?:[\w.~!$&'()*+,;=\x80-\xff-]|%[0-9A-Fa-f]{2})*)(?::\d*)?$/;

/** RFC 9112 6.1: a coding that nobody undoes here, or one in a version that has none. */
function framingProblemOf({ headers, httpVersion }: IncomingMessage): HttpProblem | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (coding.trim().toLowerCase() !== 'chunked') {
    return { status: 501, detail: 'Of transfer codings only chunked is understood.' };
  }
  if (httpVersion !== '1.0') return undefined;
  return { status: 400, detail: 'HTTP/1.0 has no transfer codings.' };
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
};

function reasonOf(status: number): string {
  return reasons[status] ?? 'Error';
}

function text(status: number, detail: string): HttpAnswer {
  return textProblem({ status, detail });
}

function addressOf(address: string | undefined, port: number | undefined): SocketAddress {
  return { address: canonicalAddress(address ?? ''), port: port ?? 0 };
}

function lengthOf(request: IncomingMessage): number | undefined {
  const field = request.headers['content-length'];
  return field === undefined ? undefined : Number(field);
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const field = request.headers[name];
  return Array.isArray(field) ? field.join(', ') : field;
}
