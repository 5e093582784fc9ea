// Serves the page: over TLS alone, with a policy under which nothing of others runs in it.
import type { HttpAnswer, HttpRequest, HttpRoute } from '../http/contract.ts';
import type { PageAsset, PageAssets } from './contract.ts';

export interface PageOptions {
  /** Undefined: the page was not built, which the answer says. */
  readonly page: PageAssets | undefined;
  /** The port of HTTPS; undefined while nothing listens there. */
  readonly securePort: () => number | undefined;
}

/** Two years, as those who keep lists of such hosts ask for at least. */
const strictTransport = 'max-age=63072000';

export function createPageRoutes({ page, securePort }: PageOptions): readonly HttpRoute[] {
  if (page === undefined) return [pageMissing];
  const policy = policyOf(page);
  return page.assets.map((asset) => ({
    method: 'GET',
    path: asset.path,
    match: 'exact',
    handle: async (request) => {
      if (request.secure) return serve(asset, policy, request);
      return redirect(request, securePort());
    },
  }));
}

const pageMissing: HttpRoute = {
  method: 'GET',
  path: '/',
  match: 'exact',
  handle: async () => text(503, 'The page was not built: run "npm run page".\n'),
};

/** Nothing but our own script and style; no frame around the page, so that nobody is misled. */
function policyOf({ styleHash }: PageAssets): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src '${styleHash}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function serve(asset: PageAsset, policy: string, request: HttpRequest): HttpAnswer {
  const headers = {
    'content-type': asset.contentType,
    etag: asset.etag,
    // Asked for again each time, and answered by 304: an updated box has no stale page.
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
    'content-security-policy': policy,
    'strict-transport-security': strictTransport,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  const known = request.header('if-none-match')?.split(',') ?? [];
  if (known.some((tag) => tag.trim() === asset.etag)) return { status: 304, headers };
  if (!acceptsGzip(request.header('accept-encoding') ?? '')) {
    return { status: 200, headers, body: asset.bytes };
  }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: asset.gzipped };
}

function acceptsGzip(field: string): boolean {
  return field.split(',').some((part) => {
    const [coding = '', weight = ''] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return coding === 'gzip' && !/^q=0(\.0+)?$/.test(weight);
  });
}

/** A host name or address, with or without a port; anything else is not sent back. */
const hostForm = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,255})(:\d{1,5})?$/i;

function redirect(request: HttpRequest, port: number | undefined): HttpAnswer {
  const [, host] = hostForm.exec(request.header('host') ?? '') ?? [];
  if (port === undefined || host === undefined) {
    return text(403, 'The page is served over HTTPS only.\n');
  }
  const location = `https://${host}:${port}/`;
  const answer = text(307, `The page is at ${location}\n`);
  return { ...answer, headers: { ...answer.headers, location } };
}

function text(status: number, body: string): HttpAnswer {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body };
}
