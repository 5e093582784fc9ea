// Files of a queue over HTTP: entity tags, ranges, who may have them, and nothing beside them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFileRoutes } from '../../firmware/servers/files/routes.ts';
import { noAuthentication } from '../../firmware/servers/authentication.ts';
import type { HttpAnswer, HttpRequest } from '../../firmware/servers/http/contract.ts';
import { routeRequest } from '../../firmware/servers/http/router.ts';
import { makeProfile } from '../queue-files/profile.ts';
import { FilesRig } from '../queue-files/rig.ts';
import { administrator } from '../spooler/bench.ts';

const profile = makeProfile('HP Color LaserJet');
const place = '/ipp/files/HpColor/content/Color/Hpclrlsr.icm';
const who = 'machineName=MyClient&userName=anna&processorArchitecture=x64&nonce=12345678';

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly secure?: boolean;
  readonly address?: string;
  readonly body?: string;
}

async function start() {
  const rig = await FilesRig.start();
  await rig.put(profile, { directory: 'Color' });
  const { spooler } = rig.bench;
  const routes = createFileRoutes({
    directory: { byAddress: () => spooler },
    authentication: noAuthentication,
  });
  const ask = async (asked: Asked = {}) => {
    const request = requestOf(asked);
    const routed = routeRequest(routes, request);
    assert.ok(routed.kind === 'route');
    const answer = await rig.bench.during(routed.route.handle(request));
    return { ...answer, bytes: await bytesOf(answer) };
  };
  return { rig, ask };
}

function requestOf(asked: Asked): HttpRequest {
  const { method = 'GET', path = place, query = '', headers = {}, secure = true } = asked;
  const { address = '192.0.2.9', body = '' } = asked;
  return {
    method,
    path,
    query,
    local: { address: '192.0.2.1', port: 8643 },
    remote: { address, port: 5 },
    secure,
    lengthBytes: body.length,
    header: (name) => headers[name],
    body: (async function* () {
      yield Buffer.from(body);
    })(),
  };
}

async function bytesOf({ body }: HttpAnswer): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('files over HTTP', () => {
  test('come whole, with their tag, type and length', async () => {
    const { ask } = await start();
    const { status, headers, lengthBytes, bytes } = await ask();
    assert.equal(status, 200);
    assert.equal(lengthBytes, profile.length);
    assert.deepEqual(bytes, Buffer.from(profile));
    assert.match(headers?.['etag'] ?? '', /^"sha256-[0-9a-f]{64}"$/);
    assert.equal(headers?.['content-type'], 'application/vnd.iccprofile');
    assert.equal(headers?.['x-content-type-options'], 'nosniff');
    const head = await ask({ method: 'HEAD' });
    assert.deepEqual([head.lengthBytes, head.bytes.length], [profile.length, 0]);
  });

  test('come not at all where the client has them', async () => {
    const { ask } = await start();
    const etag = (await ask()).headers?.['etag'] ?? '';
    for (const field of [etag, '*', `"other", ${etag}`, `W/${etag}`]) {
      assert.equal((await ask({ headers: { 'if-none-match': field } })).status, 304, field);
    }
    assert.equal((await ask({ headers: { 'if-none-match': '"other"' } })).status, 200);
  });

  const size = profile.length;
  const ranges: readonly (readonly [string, number, number, number])[] = [
    ['bytes=10-19', 206, 10, 20],
    ['bytes=10-', 206, 10, size],
    ['bytes=-5', 206, size - 5, size],
    ['bytes=0-999999', 206, 0, size],
    ['bytes=-999999', 206, 0, size],
    ['bytes=20-10', 200, 0, size],
    ['bytes=a-b', 200, 0, size],
    ['bytes=0-1,3-4', 200, 0, size],
    ['lines=1-2', 200, 0, size],
    ['bytes=-', 200, 0, size],
  ];
  for (const [range, status, from, to] of ranges) {
    test(`${range} is answered with ${status}`, async () => {
      const { ask } = await start();
      const answer = await ask({ headers: { range } });
      assert.equal(answer.status, status);
      assert.deepEqual(answer.bytes, Buffer.from(profile).subarray(from, to));
      const said = answer.headers?.['content-range'];
      assert.equal(said, status === 206 ? `bytes ${from}-${to - 1}/${size}` : undefined);
    });
  }

  test('a range behind the end is told so; one of another content is the whole', async () => {
    const { ask } = await start();
    const behind = await ask({ headers: { range: `bytes=${size}-` } });
    assert.equal(behind.status, 416);
    assert.equal(behind.headers?.['content-range'], `bytes */${size}`);
    const headers = { range: 'bytes=10-', 'if-range': '"sha256-other"' };
    assert.equal((await ask({ headers })).status, 200);
  });

  for (const path of [
    '/ipp/files/HpColor/content/Color/../Color/Hpclrlsr.icm',
    '/ipp/files/HpColor/content/Color/%2e%2e/Hpclrlsr.icm',
    '/ipp/files/HpColor/content/Color%2FHpclrlsr.icm',
    '/ipp/files/HpColor/content/Hpclrlsr.icm',
    '/ipp/files/HpColor/content/Color/missing.icm',
    '/ipp/files/nobody/content/Color/Hpclrlsr.icm',
    '/ipp/files/HpColor/other',
    '/ipp/files/HpColor',
    '/ipp/files//content/a/b',
  ]) {
    test(`${path} is nothing`, async () => {
      const { ask } = await start();
      assert.equal((await ask({ path })).status, 404);
    });
  }

  test('manifest and connections are for TLS alone', async () => {
    const { ask } = await start();
    const path = '/ipp/files/HpColor/manifest';
    assert.equal((await ask({ path, query: who, secure: false })).status, 403);
    assert.equal((await ask({ path, query: who })).status, 200);
    assert.equal((await ask({ path })).status, 400);
    const post = { method: 'POST', path: '/ipp/files/HpColor/connections' };
    assert.equal((await ask({ ...post, body: '{"client":"c"}', secure: false })).status, 403);
    assert.equal((await ask({ ...post, body: 'x' })).status, 400);
    assert.equal((await ask({ ...post, body: ' '.repeat(20_000) })).status, 400);
  });

  test('a connection is made, made again, and taken away', async () => {
    const { rig, ask } = await start();
    const path = '/ipp/files/HpColor/connections';
    const body = JSON.stringify({ client: 'MyClient', user: 'anna' });
    const made = await ask({ method: 'POST', path, body });
    assert.equal(made.status, 201);
    const { id }: { id: string } = JSON.parse(made.bytes.toString());
    const [kept] = await rig.files.connections(rig.printerId);
    assert.deepEqual([kept?.id, kept?.user, kept?.address], [id, 'anna', '192.0.2.9']);
    assert.equal((await ask({ method: 'DELETE', path: `${path}/${id}` })).status, 200);
    assert.equal((await ask({ method: 'DELETE', path: `${path}/${id}` })).status, 404);
  });

  test('who may not print gets nothing', async () => {
    const { rig, ask } = await start();
    const { printers } = rig.bench.spooler;
    const only = (access: object) =>
      rig.bench.during(printers.change(rig.printerId, { access }, administrator));
    await only({ networks: ['10.0.0.0/8'] });
    assert.equal((await ask()).status, 403);
    assert.equal((await ask({ address: '10.1.2.3' })).status, 200);
    await only({ logIn: true });
    const asked = await ask();
    assert.equal(asked.status, 401);
    assert.match(asked.headers?.['www-authenticate'] ?? '', /^Basic/);
    assert.equal((await ask({ secure: false })).status, 403);
  });
});
