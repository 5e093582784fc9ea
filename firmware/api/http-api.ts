// The API as routes of the box's HTTP server: finds the row, asks for the right, reads the body,
// makes the answer.
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { type Refusal, refused, RefusedError } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import {
  type HttpAnswer,
  HttpBodyError,
  type HttpProblem,
  type HttpRequest,
  type HttpRoute,
} from '../servers/http/contract.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { ConditionalChanges, entityTagOf } from './conditional.ts';
import { forward } from './forward.ts';
import { apiRoot, fullPath } from './openapi.ts';
import { audited, isAudited } from './audited.ts';
import type { Principal } from './principal.ts';
import { problemOf, problemOfError, problemOfStatus } from './problem.ts';
import { deny } from './rights.ts';
import type { RawCall, Reply, Route } from './route.ts';
import { formatEvents } from './server-sent.ts';
import type { ApiServices } from './services.ts';
import type { ProblemView } from './types.ts';

export interface HttpApiOptions {
  readonly routes: readonly Route[];
  readonly services: ApiServices;
  /** Who asks; `nobody` where nothing is known. */
  readonly principalOf: (request: HttpRequest) => Promise<Principal | Refusal>;
  /** The peer handed it over: it is not handed on again. */
  readonly forwarded?: true;
}

const methods = ['GET', 'POST', 'PATCH', 'DELETE'] as const;

/** One prefix for all below /api/v1, and one row for each path outside of it. */
export function createHttpApi(options: HttpApiOptions): readonly HttpRoute[] {
  const find = createFinder(options.routes);
  const log = options.services.log.child('api');
  const answering = { ...options, find, conditional: conditionalOf(options.services) };
  const handle = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return write(await answer(answering, request), request.path);
    } catch (error) {
      // Nobody is there to be answered, or not in HTTP: the server knows what to do.
      if (error instanceof HttpBodyError) throw error;
      const { problem, fault } = problemOfError(error, request.path);
      if (fault) {
        const { method, path } = request;
        log.error('a request failed', { method, path, error });
      }
      return writeProblem(problem);
    }
  };
  const rows = methods.map(
    (method): HttpRoute => ({
      method,
      path: `${apiRoot}/`,
      match: 'prefix',
      handle,
      problem: writeHttpProblem,
    }),
  );
  const outside = options.routes.flatMap((route): readonly HttpRoute[] => {
    const path = fullPath(route);
    if (path.startsWith(`${apiRoot}/`)) return [];
    return [{ method: route.method, path, match: 'exact', handle, problem: writeHttpProblem }];
  });
  return [...rows, ...outside];
}

/** All doors of one appliance take their turns together; it has one ring of events. */
const turns = new WeakMap<ApiServices['events'], ConditionalChanges>();

function conditionalOf({ events }: ApiServices): ConditionalChanges {
  const known = turns.get(events) ?? new ConditionalChanges();
  turns.set(events, known);
  return known;
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
  const findRow = (method: HTTPMethod, path: string) => {
    const found = router.find(method, path);
    const route = routes.find((candidate) => candidate === found?.store);
    return route === undefined ? undefined : { route, params: found?.params ?? {} };
  };
  return (method, path) => {
    const known = methods.find((candidate) => candidate === method);
    const found = known === undefined ? undefined : findRow(known, path);
    if (found !== undefined) return { kind: 'found', ...found };
    const allowed = methods.filter((candidate) => findRow(candidate, path) !== undefined);
    return { kind: 'missing', allowed };
  };
}

interface Answering extends HttpApiOptions {
  readonly find: Finder;
  readonly conditional: ConditionalChanges;
}

async function answer(
  { services, principalOf, forwarded, routes, find, conditional }: Answering,
  request: HttpRequest,
): Promise<Reply | Refusal> {
  const { path, query } = request;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (path.length + query.length > apiLimits.urlOctets) {
    return refused('too-large', `The address is longer than ${apiLimits.urlOctets} octets.`);
  }
  const found = find(method, path);
  if (found.kind === 'missing') {
    if (found.allowed.length === 0) {
      const hint = didYouMean(path, routes.map(fullPath));
      return refused('not-found', `There is nothing at ${path}.${hint}`);
    }
    const allowed = found.allowed.join(', ');
    return refused('method-not-allowed', `${method} is not possible here; possible: ${allowed}.`);
  }
  const principal = await principalOf(request);
  if (principal.kind === 'refused') return principal;
  const denied = deny(principal, found.route.who);
  const call: RawCall = {
    principal,
    address: request.remote.address,
    params: found.params,
    query: Object.fromEntries(new URLSearchParams(query)),
    header: (name) => request.header(name),
    json: onceOnly(() => readJson(request)),
    bytes: request.body,
    sizeBytes: request.lengthBytes,
    services,
  };
  if (denied === undefined && forwarded === undefined) {
    const elsewhere = await forward({ route: found.route, call, method, path, query });
    if (elsewhere !== undefined) return elsewhere;
  }
  if (!isAudited(found.route)) return denied ?? tagged(found.route, await found.route.serve(call));
  const look = find('GET', path);
  const shown = look.kind === 'found' ? look.route : undefined;
  const change = () => audited({ method, path, call, denied, route: found.route, shown });
  if (denied !== undefined) return change();
  return conditional.perform(call, resourceOf(find, path), change);
}

/** What is shown says in its tag which state it is. */
function tagged(route: Route, reply: Reply | Refusal): Reply | Refusal {
  if (reply.kind !== 'json') return reply;
  const etag = entityTagOf(route, reply.value);
  return etag === undefined ? reply : { ...reply, headers: { ...reply.headers, etag } };
}

/** The row that shows what a change is about: under the same path, or the nearest above it. */
function resourceOf(find: Finder, path: string) {
  for (let here = path; here.startsWith(`${apiRoot}/`); here = here.replace(/\/[^/]*$/, '')) {
    const found = find('GET', here);
    if (found.kind === 'found' && found.route.tagged !== undefined) return found;
  }
  return undefined;
}

/** A body is read once; whoever asks again gets the same. */
function onceOnly<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => (reading ??= read());
}

async function readJson(request: HttpRequest): Promise<unknown> {
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new RefusedError(refused('bad-request', 'Send a body of type application/json.'));
  }
  const tooLarge = refused('too-large', `A JSON body has at most ${apiLimits.bodyBytes} bytes.`);
  if ((request.lengthBytes ?? 0) > apiLimits.bodyBytes) throw new RefusedError(tooLarge);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body) {
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

function write(reply: Reply | Refusal, instance: string): HttpAnswer {
  switch (reply.kind) {
    case 'refused':
      return writeProblem(problemOf(reply, instance));
    case 'json':
      return withHeaders(
        writeText(reply.status, 'application/json', JSON.stringify(reply.value)),
        reply.headers,
      );
    case 'text':
      return writeText(reply.status, reply.contentType, reply.text);
    case 'bytes':
    case 'forwarded':
      return withHeaders(
        { status: reply.status, headers: headersOf(reply.contentType), body: reply.body },
        reply.headers,
      );
    case 'events':
      return {
        status: 200,
        headers: headersOf('text/event-stream'),
        body: formatEvents(reply.events),
      };
  }
}

function writeProblem(problem: ProblemView): HttpAnswer {
  return writeText(problem.status, 'application/problem+json', JSON.stringify(problem));
}

/** What the HTTP server itself refuses, in the API's words. */
function writeHttpProblem({ status, detail, headers }: HttpProblem): HttpAnswer {
  const answered = writeProblem(problemOfStatus(status, detail));
  return { ...answered, headers: { ...answered.headers, ...headers } };
}

function writeText(status: number, type: string, body: string): HttpAnswer {
  return { status, headers: headersOf(type), body };
}

function withHeaders(answer: HttpAnswer, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function headersOf(type: string): Readonly<Record<string, string>> {
  return {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
}
