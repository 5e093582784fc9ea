// The HTTP rows of IPP: where requests are posted, and the line that a browser sees there.
import type { Clock } from '../../../hal/contract.ts';
import type { Events } from '../../events/event.ts';
import { serverLimits } from '../../limits/server-limits.ts';
import type { SpoolerDirectory } from '../../spooler/contract.ts';
import { challenge, noAuthentication, type Authentication } from '../authentication.ts';
import type { ServerLog } from '../contract.ts';
import type { HttpAnswer, HttpRequest, HttpRoute } from '../http/contract.ts';
import { createFileRoutes } from '../files/routes.ts';
import { plainText, textProblem } from '../http/router.ts';
import type { IppServices } from './call.ts';
import { drawIcon, iconSizes } from './resources/icon.ts';
import { languages, stringsFile } from './resources/strings.ts';
import { serveIpp } from './serve.ts';
import { createStateChanges } from './state-changes.ts';
import { createSubscriptions } from './subscriptions/subscriptions.ts';
import { createUriMaker, parseTargetPath, resourcePath } from './uris.ts';

export interface IppRoutesOptions {
  readonly directory: SpoolerDirectory;
  readonly events: Pick<Events, 'subscribe'>;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** Left out: nobody can log in. */
  readonly authentication?: Authentication;
  /** By which ports IPP is served, with and without TLS; that of the request, where left out. */
  readonly ways?: IppServices['ways'];
  /** What devices say of themselves; nothing, where it is left out. */
  readonly describeDevice?: IppServices['describeDevice'];
  /** Identify-Printer; without it the log alone says so. */
  readonly identify?: IppServices['identify'];
}

const ippMediaType = 'application/ipp';

/**
 * Clients post to the path of printer-uri, CUPS's ones to `/`, `/printers/` and `/jobs/` too. Which
 * printer or job is meant is said by the attributes alone (RFC 8010 4).
 */
const postPaths = [
  { path: '/', match: 'exact' },
  { path: '/ipp', match: 'exact' },
  { path: '/ipp/', match: 'prefix' },
  { path: '/ipp/print/', match: 'prefix' },
  { path: '/printers/', match: 'prefix' },
  { path: '/jobs/', match: 'prefix' },
] as const;

const pagePaths = ['/ipp/print/', '/printers/'];

/** printer-up-time counts from this call. */
export function createIppRoutes(options: IppRoutesOptions): readonly HttpRoute[] {
  const { directory, events, clock, log } = options;
  const services: IppServices = {
    directory,
    clock,
    log,
    upSinceMs: clock.monotonicMs(),
    authentication: options.authentication ?? noAuthentication,
    subscriptions: createSubscriptions({ clock, events }),
    stateChanges: createStateChanges({ clock, events }),
    ways: options.ways ?? (() => []),
    describeDevice: options.describeDevice ?? (async () => ({})),
    identify:
      options.identify ??
      ((spooler, { name }, message) =>
        log.info('a client wants a printer to be found', { spooler: spooler.id, name, message })),
  };
  return [
    ...resourceRoutes(),
    ...createFileRoutes(services),
    ...postPaths.map(
      (place): HttpRoute => ({
        ...place,
        method: 'POST',
        accepts: ippMediaType,
        handle: (request) => answerIpp(services, request),
      }),
    ),
    ...pagePaths.map(
      (path): HttpRoute => ({
        method: 'GET',
        path,
        match: 'prefix',
        handle: (request) => answerPage(services, request),
      }),
    ),
  ];
}

/** Icons and strings are the same for all printers, and drawn once. */
function resourceRoutes(): readonly HttpRoute[] {
  const files: readonly (readonly [name: string, type: string, body: string | Uint8Array])[] = [
    ...iconSizes.map((size) => [`icon-${size}.png`, 'image/png', drawIcon(size)] as const),
    ...languages.map(
      (language) =>
        [`${language}.strings`, 'text/strings; charset=utf-8', stringsFile(language)] as const,
    ),
  ];
  return files.map(([name, type, body]) => ({
    method: 'GET',
    path: `${resourcePath}${name}`,
    match: 'exact',
    handle: async () => ({
      status: 200,
      headers: { 'content-type': type, 'cache-control': 'max-age=86400' },
      body,
    }),
  }));
}

async function answerIpp(services: IppServices, request: HttpRequest): Promise<HttpAnswer> {
  const isPlace = request.path === '/jobs/' || parseTargetPath(request.path) !== undefined;
  if (!isPlace) return nothingHere();
  if (request.lengthBytes === undefined && request.header('transfer-encoding') === undefined) {
    return textProblem({ status: 411, detail: 'The request has to say how long it is.' });
  }
  const identity = await services.authentication.identify(request);
  if (identity.kind === 'refused') return logIn('Name or password is wrong.');
  const answer = await serveIpp(services, request, identity);
  if (answer === undefined) {
    return textProblem({ status: 400, detail: 'This is no IPP request.' });
  }
  if (answer.needsLogin) {
    return request.secure ? logIn('This is for those who have logged in.') : overTls();
  }
  return {
    status: 200,
    headers: { 'content-type': ippMediaType, 'cache-control': 'no-cache' },
    body: answer.octets,
    chunkBytes: serverLimits.ipp.answerChunkBytes,
  };
}

/** A password never goes in the clear: clients change over to TLS first (RFC 2817 4.2). */
function overTls(): HttpAnswer {
  return textProblem({
    status: 426,
    detail: 'This is for those who log in, over TLS.',
    headers: { upgrade: 'TLS/1.2, HTTP/1.1' },
  });
}

/** Clients ask for name and password where HTTP says so (RFC 8010 3.4, RFC 7617). */
function logIn(detail: string): HttpAnswer {
  return textProblem({ status: 401, detail, headers: challenge });
}

/** For people who open the appliance's address: what can be printed to here. */
async function answerPage({ directory }: IppServices, request: HttpRequest): Promise<HttpAnswer> {
  const target = parseTargetPath(request.path);
  if (target?.kind !== 'printer' || target.printer === undefined) return nothingHere();
  const spooler = directory.byAddress(request.local.address);
  const printer = await spooler.printers.find(target.printer);
  if (printer === undefined) return nothingHere();
  const { state, message } = await spooler.printers.status(printer.id);
  const uri = createUriMaker(request).printer(printer.name);
  return {
    status: 200,
    headers: { ...plainText, 'cache-control': 'no-cache' },
    body: `${printer.name}: a Platen printer, ${state}. ${message}\nPrint to ${uri}\n`,
  };
}

function nothingHere(): HttpAnswer {
  return textProblem({ status: 404, detail: 'There is nothing at this address.' });
}
