// The API over HTTP: finds the row, asks for the right, reads the body within its limit, writes the answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Clock } from '../../hal/contract.ts';
import { type Refusal, refused, RefusedError } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import { fullPath } from './openapi.ts';
import type { Principal } from './principal.ts';
import { problemOf, problemOfError } from './problem.ts';
import { deny } from './rights.ts';
import type { RawCall, Reply, Route } from './route.ts';
import type { ApiServices } from './services.ts';
import type { ProblemView } from './types.ts';
import { writeEvents } from './write-events.ts';

export interface HttpApiOptions {
  readonly routes: readonly Route[];
  readonly services: ApiServices;
  /** Who asks; `nobody` where nothing is known. */
  readonly principalOf: (request: IncomingMessage) => Principal;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const methods: readonly HTTPMethod[] = ['GET', 'POST', 'PATCH', 'DELETE'];

export function createHttpApi(options: HttpApiOptions): RequestHandler {
  const find = createFinder(options.routes);
  const log = options.services.log.child('api');
  return (request, response) => {
    const instance = pathOf(request);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer(options, find, request, gone.signal)
      .then((reply) => write(response, reply, instance, gone.signal))
      .catch((error: unknown) => {
        const { problem, fault } = problemOfError(error, instance);
        if (fault) log.error('a request failed', { method: request.method, path: instance, error });
        writeProblem(response, problem);
      })
      .finally(() => discardRest(request, options.services.clock));
  };
}

type Finder = (
  method: string,
  path: string,
) =>
  | { readonly kind: 'found'; readonly route: Route; readonly params: RawCall['params'] }
  | { readonly kind: 'missing'; readonly allowed: readonly string[] };

function createFinder(routes: readonly Route[]): Finder {
  const router = findMyWay({ maxParamLength: apiLimits.urlOctets });
  for (const route of routes) {
    const path = fullPath(route).replaceAll(/\{(\w+)\}/g, ':$1');
    router.on(route.method, path, () => undefined, route);
  }
  return (method, path) => {
    const known = methods.find((candidate) => candidate === method);
    const found = known === undefined ? null : router.find(known, path);
    const route = routes.find((candidate) => candidate === found?.store);
    if (route !== undefined) return { kind: 'found', route, params: found?.params ?? {} };
    const allowed = methods.filter((candidate) => router.find(candidate, path) !== null);
    return { kind: 'missing', allowed };
  };
}

async function answer(
  { services, principalOf }: HttpApiOptions,
  find: Finder,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Reply | Refusal> {
  const url = request.url ?? '/';
  if (url.length > apiLimits.urlOctets) {
    return refused('too-large', `The address is longer than ${apiLimits.urlOctets} octets.`);
  }
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const method = request.method ?? '';
  const found = find(method, path);
  if (found.kind === 'missing') {
    if (found.allowed.length === 0) return refused('not-found', `There is nothing at ${path}.`);
    const allowed = found.allowed.join(', ');
    return refused('method-not-allowed', `${method} is not possible here; possible: ${allowed}.`);
  }
  const principal = principalOf(request);
  const denied = deny(principal, found.route.who);
  if (denied !== undefined) return denied;
  return found.route.serve({
    principal,
    params: found.params,
    query: Object.fromEntries(new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt + 1))),
    headers: singleHeaders(request),
    json: () => readJson(request),
    bytes: readBytes(request),
    sizeBytes: announcedBytes(request),
    signal,
    services,
  });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0]?.slice(0, apiLimits.urlOctets) ?? '/';
}

function singleHeaders(request: IncomingMessage): RawCall['headers'] {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

function announcedBytes(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function* readBytes(request: IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  // The answer must still reach a client whose upload was refused half-way: never destroy.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a request came decoded');
    yield chunk;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new RefusedError(refused('bad-request', 'Send a body of type application/json.'));
  }
  const tooLarge = refused('too-large', `A JSON body has at most ${apiLimits.bodyBytes} bytes.`);
  if ((announcedBytes(request) ?? 0) > apiLimits.bodyBytes) throw new RefusedError(tooLarge);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of readBytes(request)) {
    sizeBytes += chunk.length;
    if (sizeBytes > apiLimits.bodyBytes) throw new RefusedError(tooLarge);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it can not be read';
    throw new RefusedError(refused('bad-request', `The body is no JSON: ${message}.`), {
      cause: error,
    });
  }
}

async function write(
  response: ServerResponse,
  reply: Reply | Refusal,
  instance: string,
  signal: AbortSignal,
): Promise<void> {
  switch (reply.kind) {
    case 'refused':
      return writeProblem(response, problemOf(reply, instance));
    case 'json':
      return writeText(response, reply.status, 'application/json', JSON.stringify(reply.value));
    case 'text':
      return writeText(response, reply.status, reply.contentType, reply.text);
    case 'events':
      return writeEvents(response, reply.events, signal);
  }
}

function writeProblem(response: ServerResponse, problem: ProblemView): void {
  writeText(response, problem.status, 'application/problem+json', JSON.stringify(problem));
}

function writeText(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.headersSent || response.destroyed) {
    // Half an answer can not be taken back: the client sees the connection break.
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

/**
 * An unread body would be taken for the next request: the connection ends after the answer, and a client that
 * sends on and on is cut off.
 */
function discardRest(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  request.resume();
  socket.end();
  const timer = clock.startTimer(apiLimits.lingerMs, () => socket.destroy());
  socket.once('close', () => timer.cancel());
}
