// Sends an answer: at the client's pace, and so that it arrives even where the rest of the upload
// was not wanted.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../hal/contract.ts';
import type { HttpLimits } from '../../limits/server-limits.ts';
import type { RequestBody } from './body.ts';
import type { HttpAnswer } from './contract.ts';

export interface SendOptions {
  readonly answer: HttpAnswer;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  readonly clock: Pick<Clock, 'startTimer'>;
  readonly limits: HttpLimits;
  /** The connection ends with this answer, whatever the client wants. */
  readonly mustClose: () => boolean;
}

/** Resolves once the exchange is over, the connection broken or not. */
export async function sendAnswer(options: SendOptions): Promise<void> {
  const { response, body, limits } = options;
  const complete = body.ended || (await isDrained(options));
  setHead(options, !complete || options.mustClose());
  const { body: content } = options.answer;
  if (complete && isWhole(content)) return endResponse(options, content);
  if (!response.destroyed) response.flushHeaders();
  const sent = await writeBody(options);
  if (sent && !complete) await body.drain(limits.lingerBytes, limits.lingerTimeoutMs);
  await endResponse(options);
}

/** A client that waits for its 100-continue and gets this answer instead sends no body. */
async function isDrained({ response, body, limits }: SendOptions): Promise<boolean> {
  if (!body.wanted && response.req.headers.expect !== undefined) return false;
  return await body.drain(limits.quickDrainBytes, limits.quickDrainTimeoutMs);
}

type Whole = string | Uint8Array | undefined;

function isWhole(body: HttpAnswer['body']): body is Whole {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

function setHead({ answer, response }: SendOptions, close: boolean): void {
  if (response.destroyed) return;
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  const { body } = answer;
  if (isWhole(body)) {
    if (isChunked({ answer, response })) return setConnection(response, close);
    const lengthBytes = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
    response.setHeader('content-length', lengthBytes);
  } else if (answer.lengthBytes !== undefined) {
    response.setHeader('content-length', answer.lengthBytes);
  }
  setConnection(response, close);
}

function setConnection(response: ServerResponse, close: boolean): void {
  if (close) response.setHeader('connection', 'close');
}

/** HTTP/1.0 knows no chunks (RFC 9112, section 7.1). */
function isChunked({ answer, response }: Pick<SendOptions, 'answer' | 'response'>): boolean {
  const { body, chunkBytes } = answer;
  if (!(body instanceof Uint8Array) || chunkBytes === undefined) return false;
  return body.length > chunkBytes && response.req.httpVersionMinor > 0;
}

async function writeBody(options: SendOptions): Promise<boolean> {
  const { body } = options.answer;
  if (isWhole(body)) return write(options, body ?? '');
  return writeStream(options, body[Symbol.asyncIterator]());
}

/** Ends as soon as the client goes, even where the iterator has nothing to say for hours. */
async function writeStream(
  options: SendOptions,
  chunks: AsyncIterator<Uint8Array>,
): Promise<boolean> {
  const gone = Promise.withResolvers<undefined>();
  const onClose = () => gone.resolve(undefined);
  const { response } = options;
  const { socket } = response;
  response.once('close', onClose);
  // A client that listens to a stream and half-closes has gone: nothing else would tell until the
  // next write.
  socket?.once('end', onClose);
  if (response.destroyed) onClose();
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), gone.promise]);
      if (next?.done === true) return true;
      if (next === undefined || !(await write(options, next.value))) break;
    }
  } finally {
    response.off('close', onClose);
    socket?.off('end', onClose);
  }
  await chunks.return?.();
  return false;
}

/**
 * True once the kernel has the chunk; false, and the connection is gone, where the client takes
 * nothing.
 */
function write(options: SendOptions, chunk: string | Uint8Array): Promise<boolean> {
  const { response, clock, limits } = options;
  if (response.destroyed) return Promise.resolve(false);
  if (chunk.length === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (sent: boolean) => {
      timer.cancel();
      response.off('close', onClose);
      resolve(sent);
    };
    const onClose = () => finish(false);
    const timer = clock.startTimer(limits.answerIdleTimeoutMs, () => response.destroy());
    response.once('close', onClose);
    response.write(chunk, (error) => finish(!error));
  });
}

/**
 * Resolves once the kernel has all of it. Head and body together are one write, where the body is
 * known as a whole.
 */
function endResponse(options: SendOptions, body?: Whole): Promise<void> {
  const { response, clock, limits } = options;
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.startTimer(limits.answerIdleTimeoutMs, () => response.destroy());
    const finish = () => {
      timer.cancel();
      resolve();
    };
    response.once('close', finish);
    response.once('finish', finish);
    if (body instanceof Uint8Array && isChunked(options)) {
      endChunked(response, body, options.answer.chunkBytes);
    } else response.end(body);
  });
}

/**
 * Node makes one chunk of what is written while it is corked; so each leaves the cork of its own.
 */
function endChunked(response: ServerResponse, body: Uint8Array, chunkBytes = body.length): void {
  const { socket } = response;
  socket?.cork();
  response.flushHeaders();
  for (let at = 0; at < body.length; at += chunkBytes) {
    response.cork();
    response.write(body.subarray(at, at + chunkBytes));
    while (response.writableCorked > 0) response.uncork();
  }
  response.end();
  socket?.uncork();
}
