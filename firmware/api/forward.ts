// Calls that mean a group which the peer owns: handed to it as they are, with who asks, and its
// answer handed back; so either box answers for the pair.
import { z } from 'zod';
import type { SocketAddress } from '../../hal/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import { type PeerChannel, PeerError } from '../pair/contract.ts';
import type { HttpAnswer, HttpBody, HttpRequest } from '../servers/http/contract.ts';
import { principalName, type Principal } from './principal.ts';
import { roleOf } from '../spooler/rights.ts';
import type { RawCall, Reply, Route } from './route.ts';

const service = 'api';

const question = z.object({
  method: z.string().max(16),
  path: z.string().max(8_192),
  query: z.string().max(8_192),
  contentType: z.string().max(255).optional(),
  ifMatch: z.string().max(apiLimits.authorizationOctets).optional(),
  lengthBytes: z.int().min(0).optional(),
  address: z.string().max(64),
  /** Who asks the other appliance, which vouches for it. */
  name: z.string().max(255),
  role: z.enum(['administrator', 'operator', 'viewer']),
});

const answered = z.object({
  status: z.int().min(100).max(599),
  contentType: z.string().max(255),
  etag: z
    .string()
    .regex(/^"[\w-]{1,100}"$/)
    .optional(),
});

export interface ForwardedCall {
  readonly route: Route;
  readonly call: RawCall;
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

/** Undefined: it is to be answered here. */
export async function forward(forwarded: ForwardedCall): Promise<Reply | Refusal | undefined> {
  const { route, call, method, path, query } = forwarded;
  const { pair } = call.services;
  const role = roleOf(call.principal);
  if (pair === undefined || role === undefined) return undefined;
  const name = await meantGroup(forwarded);
  const group = name === undefined ? undefined : pair.book.find(name);
  const { peer } = pair.membership();
  if (group === undefined || peer === undefined) return undefined;
  if (pair.thread?.view(group.id)?.owner !== peer.nodeId) return undefined;
  const [contentType, ifMatch] = [call.header('content-type'), call.header('if-match')];
  const head = {
    method,
    path,
    query,
    address: call.address,
    name: principalName(call.principal),
    role,
    ...(contentType === undefined ? {} : { contentType }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(call.sizeBytes === undefined ? {} : { lengthBytes: call.sizeBytes }),
  };
  const body = route.input.kind === 'none' ? undefined : await bodyOf(forwarded);
  return ask(pair.channel, head, body, group.name);
}

/**
 * What the peer answers to a GET by whoever asks here: undefined where it does not answer, or not
 * with success.
 */
export async function lookAtPeer(
  { services, principal, address }: Pick<RawCall, 'services' | 'principal' | 'address'>,
  path: string,
  query: string,
): Promise<unknown> {
  const { pair } = services;
  const role = roleOf(principal);
  if (pair === undefined || role === undefined || !pair.channel.connected) return undefined;
  const head = { method: 'GET', path, query, address, name: principalName(principal), role };
  const answer = await ask(pair.channel, head, undefined, '');
  if (answer.kind !== 'forwarded' || answer.status !== 200) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function ask(
  channel: PeerChannel,
  head: JsonValue,
  body: AsyncIterable<Uint8Array> | undefined,
  group: string,
): Promise<Reply | Refusal> {
  const giving = new AbortController();
  try {
    const sent = body === undefined ? {} : { body };
    const answer = await channel.request({ service, head, signal: giving.signal, ...sent });
    const { status, contentType, etag } = answered.parse(answer.head);
    const headers = etag === undefined ? {} : { etag };
    return { kind: 'forwarded', status, contentType, headers, body: answer.body };
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return refused('not-live', `the other appliance owns group "${group}": ${error.message}`);
  }
}

/**
 * `accounts/office` of a printer or job, the spooler of a query or of a new printer, a group, the
 * owner of a certificate.
 */
async function meantGroup({ route, call, method }: ForwardedCall): Promise<string | undefined> {
  const { params, query } = call;
  if (query['spooler'] !== undefined) return query['spooler'];
  const named = params['printer'] ?? params['job'] ?? query['printer'];
  if (named?.includes('/') === true) return named.slice(0, named.indexOf('/'));
  const group = params['group'] ?? params['owner'];
  // Both know a group; its jobs only the owner does.
  const isHere = method === 'GET' && !route.path.endsWith('/held-jobs');
  if (group !== undefined) return isHere ? undefined : group;
  if (route.path !== '/printers' || method !== 'POST') return undefined;
  const made = z.object({ spooler: z.string() }).safeParse(await call.json());
  return made.data?.spooler;
}

async function bodyOf({ route, call }: ForwardedCall): Promise<AsyncIterable<Uint8Array>> {
  if (route.input.kind !== 'json') return call.bytes;
  return bytesOf(Buffer.from(JSON.stringify(await call.json())));
}

async function* bytesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The other end: answers what the peer hands over. Returns how to end it. */
export function serveForwarded(
  channel: PeerChannel,
  handle: (request: HttpRequest, principal: Principal) => Promise<HttpAnswer>,
): () => void {
  return channel.serve(service, async ({ head, body }) => {
    const { name, role, ...asked } = question.parse(head);
    const answer = await handle(requestOf(asked, body), { kind: 'user', name, role });
    const contentType = answer.headers?.['content-type'] ?? 'application/octet-stream';
    const etag = answer.headers?.['etag'];
    const reply = {
      status: answer.status,
      contentType,
      ...(etag === undefined ? {} : { etag }),
    };
    return { head: reply, body: answerBody(answer.body) };
  });
}

function requestOf(
  asked: Omit<z.infer<typeof question>, 'name' | 'role'>,
  body: AsyncIterable<Uint8Array>,
): HttpRequest {
  const { method, path, query, contentType, ifMatch, lengthBytes, address } = asked;
  const fields = new Map([
    ['content-type', contentType],
    ['if-match', ifMatch],
  ]);
  const remote: SocketAddress = { address, port: 0 };
  return {
    method,
    path,
    query,
    local: { address: '', port: 0 },
    remote,
    secure: true,
    lengthBytes,
    body: pulled(body),
    header: (wanted) => fields.get(wanted),
  };
}

async function* pulled(body: AsyncIterable<Uint8Array>): HttpBody {
  yield* body;
}

async function* answerBody(body: HttpAnswer['body']): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}
