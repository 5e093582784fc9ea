// The page as it is served: over TLS, compressed, known again, and with a strict policy.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { HttpRequest } from '../../firmware/servers/http/contract.ts';
import { routeRequest } from '../../firmware/servers/http/router.ts';
import { makePageAssets } from '../../firmware/servers/page/assets.ts';
import { createPageRoutes } from '../../firmware/servers/page/routes.ts';

const style = 'body{margin:0}';
const html = Buffer.from(`<!doctype html><style>${style}</style><script src="/page.js"></script>`);
const script = Buffer.from('console.log(1)');

interface Asked {
  readonly path?: string;
  readonly secure?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask({ path = '/', secure = true, headers = {} }: Asked, port: number | undefined) {
  const page = await makePageAssets(html, script);
  const routes = createPageRoutes({ page, securePort: () => port });
  const request: HttpRequest = {
    method: 'GET',
    path,
    query: '',
    local: { address: '127.0.0.1', port: 1 },
    remote: { address: '127.0.0.1', port: 2 },
    secure,
    lengthBytes: undefined,
    body: (async function* () {})(),
    header: (name) => headers[name],
  };
  const routed = routeRequest(routes, request);
  assert.ok(routed.kind === 'route');
  return await routed.route.handle(request);
}

describe('the page', () => {
  test('runs its own script and style alone, and stands in no frame', async () => {
    const { status, headers = {} } = await ask({}, 8643);
    assert.equal(status, 200);
    const policy = headers['content-security-policy'] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.ok(policy.includes(`style-src 'sha256-${hash}'`), policy);
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(part), policy);
    }
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  test('is compressed for those who take it, and equal for all', async () => {
    const plain = await ask({ path: '/page.js' }, 8643);
    assert.deepEqual(Buffer.from(bytesOf(plain.body)), script);
    const packed = await ask(
      { path: '/page.js', headers: { 'accept-encoding': 'br;q=1, gzip' } },
      8643,
    );
    assert.equal(packed.headers?.['content-encoding'], 'gzip');
    assert.deepEqual(gunzipSync(bytesOf(packed.body)), script);
    const refused = await ask({ headers: { 'accept-encoding': 'gzip;q=0' } }, 8643);
    assert.equal(refused.headers?.['content-encoding'], undefined);
  });

  test('is not sent again to those who have it', async () => {
    const { headers = {} } = await ask({}, 8643);
    const etag = headers['etag'] ?? '';
    const again = await ask({ headers: { 'if-none-match': `"other", ${etag}` } }, 8643);
    assert.equal(again.status, 304);
    assert.equal(again.body, undefined);
  });

  test('without TLS leads to TLS, and repeats no strange host', async () => {
    const led = await ask({ secure: false, headers: { host: 'box.local:8631' } }, 8643);
    assert.equal(led.status, 307);
    assert.equal(led.headers?.['location'], 'https://box.local:8643/');
    const six = await ask({ secure: false, headers: { host: '[::1]:8631' } }, 8643);
    assert.equal(six.headers?.['location'], 'https://[::1]:8643/');
    for (const host of ['evil.example/x?', 'a@b', 'box\r\nx: y', '']) {
      assert.equal((await ask({ secure: false, headers: { host } }, 8643)).status, 403, host);
    }
    assert.equal((await ask({ secure: false, headers: { host: 'box' } }, undefined)).status, 403);
  });

  test('that nobody built says so', async () => {
    const [route] = createPageRoutes({ page: undefined, securePort: () => undefined });
    assert.equal(route?.path, '/');
  });
});

function bytesOf(body: unknown): Uint8Array {
  assert.ok(body instanceof Uint8Array);
  return body;
}
