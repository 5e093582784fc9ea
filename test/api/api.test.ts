// The API: what each row answers, and how it refuses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { job } from '../../firmware/api/schemas/job.ts';
import { problem } from '../../firmware/api/schemas/problem.ts';
import { apiRoutes } from '../../firmware/api/table.ts';
import { StoreError } from '../../firmware/store/contract.ts';
import { ApiFixture } from './fixture.ts';

const api = '/api/v1';
const bytes = (text: string) => new TextEncoder().encode(text);

describe('system', () => {
  test('tells version, addresses and health', async () => {
    const { status, json } = await new ApiFixture().ask({ path: `${api}/system` });
    assert.equal(status, 200);
    assert.partialDeepStrictEqual(json, {
      product: 'Platen',
      version: '1.2.3',
      uptimeSeconds: 0,
      addresses: [{ what: 'http', address: 'http://box:8631/' }],
      health: { status: 'ok', problems: [] },
    });
  });

  test('healthz and metrics stand outside of /api', async () => {
    const fixture = new ApiFixture();
    assert.equal((await fixture.ask({ path: '/healthz' })).status, 200);
    const { text, type } = await fixture.ask({ path: '/metrics' });
    assert.match(type, /^text\/plain/);
    assert.match(text, /^platen_spooler_alive\{spooler="local"\} 1$/m);
    assert.match(text, /^platen_printer_jobs_queued\{spooler="local",printer="office"\} 0$/m);
  });

  test('OpenAPI describes every row with its parameters and answers', async () => {
    const { json } = await new ApiFixture().ask({ path: `${api}/openapi.json` });
    assert.partialDeepStrictEqual(json, {
      openapi: '3.1.0',
      paths: {
        '/api/v1/printers/{printer}': {
          get: { parameters: [{ name: 'printer', in: 'path', required: true }] },
          patch: {
            operationId: 'patch_printers_printer',
            security: [{ token: [] }, { session: [], csrf: [] }],
            parameters: [{ name: 'printer' }, { name: 'If-Match', in: 'header' }],
            requestBody: { content: { 'application/json': {} } },
          },
        },
        '/api/v1/events': { get: { parameters: [{ name: 'Last-Event-ID' }] } },
        '/api/v1/session': { post: { security: [] } },
        '/healthz': { get: { 'x-roles': ['viewer', 'operator', 'administrator'] } },
      },
    });
    assert.ok(typeof json === 'object' && json !== null && 'paths' in json);
    const operations = Object.values(json.paths ?? {}).flatMap((path) => Object.keys(Object(path)));
    assert.equal(operations.length, apiRoutes.length);
    const ids = [...JSON.stringify(json).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, apiRoutes.length);
  });
});

describe('printers', () => {
  test('are listed by name, in pages', async () => {
    const fixture = new ApiFixture();
    const first = await fixture.ask({ path: `${api}/printers?limit=1` });
    assert.partialDeepStrictEqual(first.json, { items: [{ name: 'labels' }] });
    assert.ok(typeof first.json === 'object' && first.json !== null && 'next' in first.json);
    const next = encodeURIComponent(String(first.json.next));
    const second = await fixture.ask({ path: `${api}/printers?limit=1&after=${next}` });
    assert.partialDeepStrictEqual(second.json, { items: [{ name: 'office' }] });
    assert.ok(!Object.hasOwn(Object(second.json), 'next'));
  });

  test('are made, found by name, id and group, changed and removed', async () => {
    const fixture = new ApiFixture();
    const made = await fixture.ask({
      method: 'POST',
      path: `${api}/printers`,
      json: { name: 'back room', portNames: ['lp1'] },
    });
    assert.equal(made.status, 201);
    for (const name of ['back%20room', 'id-back%20room', 'local%2Fback%20room']) {
      const { json } = await fixture.ask({ path: `${api}/printers/${name}` });
      assert.partialDeepStrictEqual(json, { name: 'back room', portNames: ['lp1'] }, name);
    }
    const changed = await fixture.ask({
      method: 'PATCH',
      path: `${api}/printers/back%20room`,
      json: { enabled: false },
    });
    assert.partialDeepStrictEqual(changed.json, { enabled: false, portNames: ['lp1'] });
    const path = `${api}/printers/back%20room`;
    assert.equal((await fixture.ask({ method: 'DELETE', path })).status, 200);
    assert.equal((await fixture.ask({ path })).status, 404);
  });

  test('a mistyped name suggests the nearest', async () => {
    const { status, type, json } = await new ApiFixture().ask({ path: `${api}/printers/ofice` });
    assert.equal(status, 404);
    assert.equal(type, 'application/problem+json');
    assert.deepEqual(problem.parse(json), {
      type: 'urn:platen:problem:printer-not-found',
      title: 'There is no such printer',
      status: 404,
      detail: 'There is no printer "ofice". Did you mean "office"?',
      code: 'printer-not-found',
      next: 'List the printers, and mind the spelling.',
      instance: `${api}/printers/ofice`,
    });
  });

  test('a refusal of the spooler keeps its code', async () => {
    const { status, json } = await new ApiFixture().ask({
      method: 'POST',
      path: `${api}/printers`,
      json: { name: 'office' },
    });
    assert.equal(status, 409);
    assert.equal(problem.parse(json).code, 'printer-exists');
  });
});

describe('ports and monitors', () => {
  test('ports tell what their devices say', async () => {
    const { json } = await new ApiFixture().ask({ path: `${api}/ports` });
    assert.partialDeepStrictEqual(json, {
      items: [{ spooler: 'local', info: { name: 'lp1' }, state: 'waiting' }],
    });
  });

  test('monitors come with their forms', async () => {
    const { json } = await new ApiFixture().ask({ path: `${api}/monitors` });
    assert.partialDeepStrictEqual(json, {
      items: [{ name: 'tcp', ui: { addPort: [{ name: 'name' }, { name: 'host' }] } }],
    });
  });

  test('the language of a port is set in part or whole, and checked', async () => {
    const fixture = new ApiFixture();
    const path = `${api}/ports/LP1/language`;
    const set = await fixture.ask({ method: 'PATCH', path, json: { language: 'pjl' } });
    assert.deepEqual(set.json, { language: 'pjl', bidirectional: true });
    assert.deepEqual(fixture.languageCalls, [{ portName: 'lp1', change: { language: 'pjl' } }]);
    const wrong = await fixture.ask({ method: 'PATCH', path, json: { langauge: 'pjl' } });
    assert.equal(wrong.status, 400);
    const missing = `${api}/ports/lp7/language`;
    assert.equal((await fixture.ask({ method: 'PATCH', path: missing, json: {} })).status, 404);
  });

  test('Xcv reaches the monitor; its status is the outcome of a delivered call', async () => {
    const fixture = new ApiFixture();
    const json = { name: 'lp2', host: 'printer' };
    const path = `${api}/monitors/tcp/xcv/AddPort`;
    const added = await fixture.ask({ method: 'POST', path, json });
    assert.deepEqual(added.json, { status: 'ERROR_SUCCESS', output: null });
    const other = `${api}/ports/LP1/xcv/Nonsense`;
    const unknown = await fixture.ask({ method: 'POST', path: other, json: null });
    assert.equal(unknown.status, 200);
    assert.partialDeepStrictEqual(unknown.json, { status: 'ERROR_INVALID_PARAMETER' });
    assert.deepEqual(fixture.xcvCalls, [
      { target: { monitor: 'tcp' }, command: 'AddPort', input: json },
      { target: { monitor: 'tcp', portName: 'lp1' }, command: 'Nonsense', input: null },
    ]);
  });

  test('unknown monitors and ports are told with the nearest', async () => {
    const fixture = new ApiFixture();
    const call = (path: string) => fixture.ask({ method: 'POST', path: api + path, json: {} });
    assert.match((await call('/monitors/tpc/xcv/AddPort')).text, /Did you mean \\"tcp\\"/);
    assert.match((await call('/ports/lp2/xcv/ConfigPort')).text, /Did you mean \\"lp1\\"/);
  });
});

describe('jobs', () => {
  const upload = {
    method: 'POST',
    path: `${api}/printers/office/jobs?name=letter`,
    headers: { 'content-type': 'application/pdf' },
  };

  test('the body of a request is printed as it came', async () => {
    const fixture = new ApiFixture();
    const { status, json } = await fixture.ask({ ...upload, bytes: [bytes('ab'), bytes('c')] });
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(job.parse(json), {
      number: 1,
      name: 'letter',
      origin: { door: 'api', userName: 'administrator' },
      documents: [{ format: 'application/pdf', sizeBytes: 3 }],
    });
    assert.equal(Buffer.from(fixture.fake.documents[0]?.bytes ?? []).toString(), 'abc');
  });

  test('are listed, found, cancelled', async () => {
    const fixture = new ApiFixture();
    for (const text of ['a', 'b', 'c']) await fixture.ask({ ...upload, bytes: [bytes(text)] });
    const page = await fixture.ask({ path: `${api}/jobs?limit=2&printer=office` });
    assert.partialDeepStrictEqual(page.json, { items: [{ number: 1 }, { number: 2 }], next: '2' });
    const cancelled = await fixture.ask({ method: 'POST', path: `${api}/jobs/2/cancel` });
    assert.equal(job.parse(cancelled.json).state, 'canceled');
    const again = await fixture.ask({ method: 'POST', path: `${api}/jobs/2/cancel` });
    assert.equal(again.status, 409);
    assert.equal((await fixture.ask({ path: `${api}/jobs/9` })).status, 404);
  });

  test('a full spool is said politely', async () => {
    const fixture = new ApiFixture();
    fixture.fake.refuseWith = 'spool-full';
    const { status, json } = await fixture.ask({ ...upload, bytes: [bytes('a')] });
    assert.equal(status, 507);
    assert.match(problem.parse(json).next, /nothing accepted is lost/);
  });
});

describe('requests that are wrong', () => {
  const post = { method: 'POST', path: `${api}/printers` };

  test('an unknown path', async () => {
    const { status, json } = await new ApiFixture().ask({ path: `${api}/prnters` });
    assert.equal(status, 404);
    assert.equal(problem.parse(json).code, 'not-found');
  });

  test('a method that is not possible there', async () => {
    const { status, json } = await new ApiFixture().ask({
      method: 'DELETE',
      path: `${api}/system`,
    });
    assert.equal(status, 405);
    assert.match(problem.parse(json).detail, /possible: GET/);
  });

  test('a method that is never possible', async () => {
    const { status, type } = await new ApiFixture().ask({ method: 'PUT', path: `${api}/system` });
    assert.equal(status, 405);
    assert.equal(type, 'application/problem+json');
  });

  test('values that do not fit are all named', async () => {
    const json = { name: '', formats: 7, colour: 'red' };
    const answered = await new ApiFixture().ask({ ...post, json });
    assert.equal(answered.status, 400);
    const { errors = [] } = problem.parse(answered.json);
    assert.deepEqual(errors.map(({ path }) => path).toSorted(), [
      'body',
      'body.formats',
      'body.name',
    ]);
    assert.equal(errors.find(({ path }) => path === 'body.name')?.message, 'must not be empty');
    const long = await new ApiFixture().ask({ ...post, json: { name: 'x'.repeat(300) } });
    assert.match(problem.parse(long.json).detail, /body\.name: takes at most 127 characters/);
    const missing = await new ApiFixture().ask({ ...post, json: {} });
    assert.match(problem.parse(missing.json).detail, /body\.name: is missing/);
  });

  test('a body that is no JSON, or not said to be', async () => {
    const fixture = new ApiFixture();
    const headers = { 'content-type': 'application/json' };
    const broken = await fixture.ask({ ...post, bytes: [bytes('{"name":')], headers });
    assert.match(problem.parse(broken.json).detail, /The body is no JSON/);
    const untyped = await fixture.ask({ ...post, bytes: [bytes('{}')] });
    assert.match(problem.parse(untyped.json).detail, /application\/json/);
  });

  test('a body that is too large, announced or not', async () => {
    const headers = { 'content-type': 'application/json' };
    const large = [new Uint8Array(1024 * 1024), new Uint8Array(1)];
    const { status } = await new ApiFixture().ask({ ...post, bytes: large, headers });
    assert.equal(status, 413);
  });

  test('an address that is too long', async () => {
    const path = `${api}/printers/${'a'.repeat(5000)}`;
    assert.equal((await new ApiFixture().ask({ path })).status, 413);
  });

  test('a page that is too large, or a cursor that is none', async () => {
    const fixture = new ApiFixture();
    assert.equal((await fixture.ask({ path: `${api}/jobs?limit=5000` })).status, 400);
    assert.equal((await fixture.ask({ path: `${api}/jobs?after=x` })).status, 400);
  });
});

describe('faults', () => {
  test('of the store are named, and logged', async () => {
    const fixture = new ApiFixture();
    fixture.fault = new StoreError('the disk is gone');
    const { status, json } = await fixture.ask({ path: `${api}/system` });
    assert.equal(status, 500);
    assert.equal(problem.parse(json).code, 'store-failed');
    assert.match(fixture.logged.join(''), /the disk is gone/);
  });

  test('of ours are logged, and their words do not reach the client', async () => {
    const fixture = new ApiFixture();
    fixture.fault = new Error('secret detail');
    const { status, json, text } = await fixture.ask({ path: `${api}/system` });
    assert.equal(status, 500);
    assert.equal(problem.parse(json).code, 'internal');
    assert.ok(!text.includes('secret detail'));
    assert.match(fixture.logged.join(''), /secret detail/);
  });
});
