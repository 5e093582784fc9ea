// What a client of a queue gets by HTTP: the signed manifest, the files that it names, and the
// record of its connection. Who may print may have them.
import { z } from 'zod';
import { errorCodes, type Refusal, refused } from '../../errors/codes.ts';
import { queueFileLimits as limits } from '../../limits/queue-file-limits.ts';
import { checkAccess } from '../../printers/access.ts';
import type { Printer } from '../../printers/printer.ts';
import type { SplClientInfo } from '../../queue-files/modules/contract.ts';
import { separator } from '../../queue-files/names.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import { type Authentication, challenge, type ClientIdentity } from '../authentication.ts';
import type { HttpAnswer, HttpRequest, HttpRoute } from '../http/contract.ts';
import { pathSegments } from '../http/path.ts';
import { textProblem } from '../http/router.ts';
import { anonymousUser } from '../user.ts';
import { answerContent } from './content.ts';
import { filesPath } from './paths.ts';

export interface FileRoutesOptions {
  readonly directory: Pick<SpoolerDirectory, 'byAddress'>;
  readonly authentication: Authentication;
}

interface Meant {
  readonly kind: 'meant';
  readonly spooler: Spooler;
  readonly printer: Printer;
  readonly user: string;
  /** Behind the printer's name. */
  readonly rest: readonly string[];
}

export function createFileRoutes(options: FileRoutesOptions): readonly HttpRoute[] {
  const row = (
    method: HttpRoute['method'],
    answer: (meant: Meant, request: HttpRequest) => Promise<HttpAnswer | Refusal>,
  ): HttpRoute => ({
    method,
    path: filesPath,
    match: 'prefix',
    async handle(request) {
      const meant = await meantBy(options, request);
      if (meant.kind === 'answered') return meant.answer;
      const answered = await answer(meant, request);
      return 'kind' in answered ? refusal(answered) : answered;
    },
  });
  return [row('GET', get), row('POST', post), row('DELETE', remove)];
}

async function get({ spooler, printer, rest }: Meant, request: HttpRequest) {
  const [what, ...place] = rest;
  if (what === 'manifest' && place.length === 0) return manifest(spooler, printer, request);
  const name = place.pop();
  if (what !== 'content' || name === undefined || place.length === 0) return nothingHere;
  const found = await spooler.files.open(printer.id, { directory: place.join(separator), name });
  return found.kind === 'refused' ? found : answerContent(request, found.file, found.content);
}

async function manifest(spooler: Spooler, printer: Printer, request: HttpRequest) {
  if (!request.secure) return overTls;
  const asked = manifestQuery.safeParse(Object.fromEntries(new URLSearchParams(request.query)));
  if (!asked.success) return badQuery;
  const { nonce, ...client } = asked.data;
  const made = await spooler.files.manifest(printer.id, { client, nonce });
  return made.kind === 'refused' ? made : json(200, made.body);
}

const word = z.string().max(limits.clientNameOctets);
const number = z.coerce.number().int().min(0).max(0xffff_ffff).default(0);

const manifestQuery = z.object({
  machineName: word,
  userName: word,
  buildNumber: number,
  majorVersion: number,
  minorVersion: number,
  processorArchitecture: word,
  nonce: z.string().regex(/^[0-9a-f-]{8,64}$/),
}) satisfies z.ZodType<SplClientInfo & { readonly nonce: string }>;

const connectBody = z.object({
  id: z.string().max(64).optional(),
  client: word,
  user: word.optional(),
});

async function post({ spooler, printer, user, rest }: Meant, request: HttpRequest) {
  if (rest.join('/') !== 'connections') return nothingHere;
  if (!request.secure) return overTls;
  const body = connectBody.safeParse(await smallJson(request));
  if (!body.success)
    return refused('bad-request', 'A connection is {"client": NAME, "user": NAME}.');
  const { id, client, user: claimed = user } = body.data;
  const { address } = request.remote;
  // Whoever logged in is who it logged in as.
  const name = user === anonymousUser ? claimed : user;
  const made = await spooler.files.connect(printer.id, { id, client, user: name, address });
  return made.kind === 'refused' ? made : json(201, { id: made.connection.id });
}

async function remove({ spooler, printer, rest }: Meant, request: HttpRequest) {
  const [what, id, ...more] = rest;
  if (what !== 'connections' || id === undefined || more.length > 0) return nothingHere;
  if (!request.secure) return overTls;
  const done = await spooler.files.disconnect(printer.id, id);
  return done.kind === 'refused' ? done : json(200, { removed: id });
}

async function meantBy(
  { directory, authentication }: FileRoutesOptions,
  request: HttpRequest,
): Promise<Meant | { readonly kind: 'answered'; readonly answer: HttpAnswer }> {
  const answered = (answer: HttpAnswer) => ({ kind: 'answered', answer }) as const;
  const [name, ...rest] = pathSegments(request.path)?.slice(2) ?? [];
  if (name === undefined || rest.length === 0) return answered(refusal(nothingHere));
  const identity = await authentication.identify(request);
  if (identity.kind === 'refused') return answered(logIn('Name or password is wrong.'));
  const spooler = directory.byAddress(request.local.address);
  const printer = await spooler.printers.find(name);
  if (printer === undefined) return answered(refusal(noPrinter));
  const origin = originOf(identity, request);
  const denied = checkAccess(printer, origin);
  if (denied?.code === 'unauthorized') {
    return answered(
      request.secure ? logIn('This is for those who have logged in.') : refusal(overTls),
    );
  }
  if (denied !== undefined) return answered(refusal(denied));
  return { kind: 'meant', spooler, printer, user: origin.userName, rest };
}

function originOf(identity: Exclude<ClientIdentity, { kind: 'refused' }>, request: HttpRequest) {
  const authenticated = identity.kind === 'known';
  const userName = authenticated ? identity.name : anonymousUser;
  return { door: 'ipp', userName, address: request.remote.address, authenticated } as const;
}

const bodyBytes = 16 * 1024;

/** Undefined where it is too large or no JSON. */
async function smallJson({ body }: HttpRequest): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > bodyBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    // The schema tells that it is none.
    return undefined;
  }
}

function json(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

/** With its code, so that a client can tell one from another. */
function refusal({ code, message }: Refusal): HttpAnswer {
  const { http, title, next } = errorCodes[code];
  return {
    status: http,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    body: JSON.stringify({ title, status: http, code, detail: message, next }),
  };
}

function logIn(detail: string): HttpAnswer {
  return textProblem({ status: 401, detail, headers: challenge });
}

const nothingHere = refused('not-found', 'There is nothing at this address.');
const noPrinter = refused('printer-not-found', 'There is no printer of this name.');
const overTls = refused('forbidden', 'This is served over HTTPS alone.');
const badQuery = refused('bad-request', 'A client has to say who it is, and give a nonce.');
