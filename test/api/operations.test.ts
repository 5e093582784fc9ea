// Each operation of the API for each role, for tokens of each scope, and for none: through the
// whole door, with cookies and tokens as clients have them. The table says who may what; an
// operation that is not in it fails the test.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { fullPath } from '../../firmware/api/openapi.ts';
import { apiRoutes } from '../../firmware/api/table.ts';
import { lockOutLimits } from '../../firmware/limits/user-limits.ts';
import type { UserRole } from '../../firmware/users/contract.ts';
import { ApiFixture } from './fixture.ts';

/** Who may at least: whoever has more may too. */
const table = new Map<string, 'anyone' | 'viewer' | 'operator' | 'administrator'>([
  ['GET /system', 'viewer'],
  ['GET ~/healthz', 'viewer'],
  ['GET ~/metrics', 'viewer'],
  ['GET /session', 'viewer'],
  ['POST /session', 'anyone'],
  ['DELETE /session', 'anyone'],
  ['GET /setup', 'anyone'],
  ['POST /setup', 'anyone'],
  ['GET /users', 'administrator'],
  ['POST /users', 'administrator'],
  ['GET /users/{user}', 'administrator'],
  ['PATCH /users/{user}', 'administrator'],
  ['DELETE /users/{user}', 'administrator'],
  ['GET /setup/code', 'administrator'],
  ['POST /session/password', 'viewer'],
  ['GET /tokens', 'administrator'],
  ['POST /tokens', 'administrator'],
  ['DELETE /tokens/{token}', 'administrator'],
  ['GET /audit', 'administrator'],
  ['GET /printers', 'viewer'],
  ['POST /printers', 'administrator'],
  ['GET /printers/{printer}', 'viewer'],
  ['PATCH /printers/{printer}', 'administrator'],
  ['POST /printers/{printer}/enable', 'operator'],
  ['POST /printers/{printer}/disable', 'operator'],
  ['POST /printers/{printer}/accept', 'operator'],
  ['POST /printers/{printer}/reject', 'operator'],
  ['POST /printers/{printer}/hold-new-jobs', 'operator'],
  ['POST /printers/{printer}/release-held-new-jobs', 'operator'],
  ['DELETE /printers/{printer}', 'administrator'],
  ['POST /printers/{printer}/test-page', 'operator'],
  ['POST /printers/{printer}/configuration-page', 'operator'],
  ['GET /printers/{printer}/files', 'viewer'],
  ['POST /printers/{printer}/files', 'administrator'],
  ['DELETE /printers/{printer}/files/{file}', 'administrator'],
  ['GET /printers/{printer}/data', 'viewer'],
  ['POST /printers/{printer}/data', 'administrator'],
  ['DELETE /printers/{printer}/data', 'administrator'],
  ['GET /printers/{printer}/data/value', 'viewer'],
  ['GET /printers/{printer}/connections', 'viewer'],
  ['DELETE /printers/{printer}/connections/{connection}', 'administrator'],
  ['GET /ports', 'viewer'],
  ['GET /ports/{name}', 'administrator'],
  ['GET /monitors', 'viewer'],
  ['POST /monitors/{name}/xcv/{command}', 'administrator'],
  ['POST /ports/{name}/xcv/{command}', 'administrator'],
  ['PATCH /ports/{name}/language', 'administrator'],
  ['GET /devices', 'operator'],
  ['POST /devices/search', 'administrator'],
  ['POST /devices', 'administrator'],
  ['GET /jobs', 'viewer'],
  ['GET /jobs/{job}', 'viewer'],
  ['POST /jobs/{job}/cancel', 'operator'],
  ['POST /jobs/{job}/release', 'operator'],
  ['POST /jobs/{job}/hold', 'operator'],
  ['POST /jobs/{job}/move', 'operator'],
  ['POST /jobs/{job}/reprint', 'operator'],
  ['PATCH /jobs/{job}', 'operator'],
  ['DELETE /jobs/{job}', 'operator'],
  ['POST /jobs/cancel', 'operator'],
  ['POST /printers/{printer}/jobs', 'operator'],
  ['GET /settings', 'administrator'],
  ['PATCH /settings', 'administrator'],
  ['GET /log', 'administrator'],
  ['POST /support', 'administrator'],
  ['GET /pair', 'viewer'],
  ['GET /pair/printers', 'viewer'],
  ['GET /pair/jobs', 'viewer'],
  ['POST /pair/code', 'administrator'],
  ['DELETE /pair/code', 'administrator'],
  ['POST /pair/join', 'administrator'],
  ['POST /pair/unpair', 'administrator'],
  ['POST /pair/leave', 'administrator'],
  ['POST /pair/witness', 'administrator'],
  ['DELETE /pair/witness', 'administrator'],
  ['GET /groups', 'viewer'],
  ['POST /groups', 'administrator'],
  ['GET /groups/{group}', 'viewer'],
  ['PATCH /groups/{group}', 'administrator'],
  ['DELETE /groups/{group}', 'administrator'],
  ['POST /groups/{group}/move', 'operator'],
  ['POST /groups/{group}/offline', 'operator'],
  ['POST /groups/{group}/online', 'operator'],
  ['GET /groups/{group}/held-jobs', 'viewer'],
  ['POST /groups/{group}/held-jobs/print', 'operator'],
  ['POST /groups/{group}/held-jobs/discard', 'operator'],
  ['GET /events', 'viewer'],
  ['GET /certificates/{owner}', 'viewer'],
  ['POST /certificates/{owner}', 'administrator'],
  ['DELETE /certificates/{owner}', 'administrator'],
  ['POST /backup', 'administrator'],
  ['POST /restore', 'administrator'],
  ['POST /restore/check', 'administrator'],
  ['POST /restore/apply', 'administrator'],
  ['POST /restore/groups', 'administrator'],
  ['DELETE /restore', 'administrator'],
  ['POST /box/power-off', 'administrator'],
  ['POST /box/restart', 'administrator'],
  ['POST /box/factory-reset', 'administrator'],
  ['GET /network', 'administrator'],
  ['PATCH /network', 'administrator'],
  ['POST /network/confirm', 'administrator'],
  ['POST /network/revert', 'administrator'],
  ['GET /snmp', 'administrator'],
  ['POST /snmp/communities', 'administrator'],
  ['POST /snmp/users', 'administrator'],
  ['POST /snmp/targets', 'administrator'],
  ['DELETE /snmp/communities/{name}', 'administrator'],
  ['DELETE /snmp/users/{name}', 'administrator'],
  ['DELETE /snmp/targets/{name}', 'administrator'],
  ['GET /openapi.json', 'viewer'],
]);

const ranks = { anyone: 0, viewer: 1, operator: 2, administrator: 3 } as const;
const password = 'correct horse';

interface Caller {
  readonly name: string;
  readonly rank: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everybody who can knock, each with what they have. */
async function callers(fixture: ApiFixture): Promise<readonly Caller[]> {
  const { tokens } = await fixture.access;
  const byToken = async (scope: 'read' | 'operate' | 'administer', rank: number) => {
    const made = await tokens.create(scope, [scope]);
    assert.ok(made.kind === 'done');
    const authorization = `Bearer ${made.secret}`;
    return { name: `a token that may ${scope}`, rank, headers: { authorization } };
  };
  return [
    { name: 'nobody', rank: 0, headers: {} },
    { name: 'a wrong cookie', rank: 0, headers: { cookie: `__Host-platen=${'A'.repeat(43)}` } },
    await bySession(fixture, 'viewer', 1),
    await bySession(fixture, 'operator', 2),
    await bySession(fixture, 'administrator', 3),
    await byToken('read', 1),
    await byToken('operate', 2),
    await byToken('administer', 3),
  ];
}

async function bySession(fixture: ApiFixture, role: UserRole, rank: number): Promise<Caller> {
  const { users } = await fixture.access;
  assert.equal((await users.create(role, role, password)).kind, 'done');
  const { cookie, token } = await logIn(fixture, role);
  return { name: `a ${role}`, rank, headers: { cookie, 'x-platen-csrf': token } };
}

const opened = z.object({ csrfToken: z.string() });

async function logIn(fixture: ApiFixture, name: string, given = password) {
  const asked = { method: 'POST', path: '/api/v1/session', json: { name, password: given } };
  const { status, headers, json } = await fixture.ask(asked);
  const cookie = headers?.['set-cookie']?.split(';')[0] ?? '';
  return { status, cookie, token: opened.safeParse(json).data?.csrfToken ?? '' };
}

describe('each operation, for each role and for none', () => {
  test('the table names every operation of the router, and no other', () => {
    const rows = apiRoutes.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual([...table.keys()].toSorted(), rows.toSorted());
  });

  test('is answered to whom the table says, and to nobody else', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    const all = await callers(fixture);
    for (const route of apiRoutes) {
      const operation = `${route.method} ${route.path}`;
      const least = ranks[table.get(operation) ?? 'administrator'];
      const path = fullPath(route).replaceAll(/\{\w+\}/g, 'x');
      for (const { name, rank, headers } of all) {
        // These would end the session that the next rows are asked with.
        if (operation === 'DELETE /session' && rank > 0) continue;
        const body = route.input.kind === 'json' ? { json: {} } : {};
        const { status } = await fixture.answer({ method: route.method, path, headers, ...body });
        const what = `${operation} by ${name}: ${status}`;
        if (rank >= least) assert.ok(isHeard(status, operation), what);
        else assert.equal(status, rank === 0 ? 401 : 403, what);
      }
    }
  });

  test('a session changes nothing by any of them without its CSRF token', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    const { headers } = await bySession(fixture, 'administrator', 3);
    const cookie = headers['cookie'] ?? '';
    for (const route of apiRoutes.filter(({ method }) => method !== 'GET')) {
      const path = fullPath(route).replaceAll(/\{\w+\}/g, 'x');
      for (const token of [{}, { 'x-platen-csrf': '' }, { 'x-platen-csrf': 'A'.repeat(43) }]) {
        const asked = { method: route.method, path, headers: { cookie, ...token } };
        const { status } = await fixture.answer(asked);
        assert.equal(status, 403, `${route.method} ${route.path}`);
      }
    }
    assert.deepEqual(fixture.xcvCalls, []);
  });

  test('none of them is served to a cookie over an unprotected line', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    const { headers } = await bySession(fixture, 'administrator', 3);
    fixture.insecure = true;
    for (const route of apiRoutes.filter(({ who }) => who !== 'anyone')) {
      const path = fullPath(route).replaceAll(/\{\w+\}/g, 'x');
      const { status } = await fixture.answer({ method: route.method, path, headers });
      assert.equal(status, 401, `${route.method} ${route.path}`);
    }
  });
});

/** Whatever it says, it is not that the right is missing. */
function isHeard(status: number, operation: string): boolean {
  // A wrong password, an unknown session or a missing one is what these say with an empty body.
  if (/ \/(session|setup)/.test(operation)) return status !== 500;
  return status !== 401 && status !== 403 && status !== 500;
}

describe('hostile callers', () => {
  test('guess no password: after some wrong ones even the right one waits', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    await (await fixture.access).users.create('ana', 'administrator', password);
    for (let tried = 0; tried < lockOutLimits.failures; tried += 1) {
      assert.equal((await logIn(fixture, 'ana', `wrong horse ${tried}`)).status, 401);
    }
    assert.equal((await logIn(fixture, 'ana')).status, 429);
    await fixture.clock.advance(lockOutLimits.windowMs);
    assert.equal((await logIn(fixture, 'ana')).status, 201);
  });

  test('neither spray one password over many names', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    const statuses: number[] = [];
    for (let tried = 0; tried <= lockOutLimits.failures; tried += 1) {
      statuses.push((await logIn(fixture, `user ${tried}`, 'password1234')).status);
    }
    assert.equal(statuses.at(-1), 429);
  });

  test('a session is never the one that a client brought', async () => {
    const fixture = new ApiFixture();
    fixture.authenticate = true;
    await (await fixture.access).users.create('ana', 'administrator', password);
    const first = await logIn(fixture, 'ana');
    const second = await fixture.ask({
      method: 'POST',
      path: '/api/v1/session',
      json: { name: 'ana', password },
      headers: { cookie: first.cookie, 'x-platen-csrf': first.token },
    });
    assert.notEqual(second.headers?.['set-cookie']?.split(';')[0], first.cookie);
    const cookie = second.headers?.['set-cookie'] ?? '';
    assert.match(cookie, /^__Host-platen=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  });

  test('paths that lead out, hide or break are nothing', async () => {
    const fixture = new ApiFixture();
    const paths = [
      '/api/v1/../../etc/passwd',
      '/api/v1/%2e%2e/%2e%2e/etc/passwd',
      '/api/v1/printers/..%2f..%2fetc%2fpasswd',
      '/api/v1/printers/%00',
      '/api/v1/printers/%0d%0aset-cookie:%20a=b',
      '/api/v1/printers/%ff%fe',
      '/api/v1/printers/%E0%A4%A',
      '/api/v1//printers',
      '/api/v1/printers/office/',
      '/api/v1/printers;x=y',
      '/api/v1/certificates/..%2f..%2fidentity',
      '/api/v1/__proto__',
      '/api/v1/printers/constructor',
      `/api/v1/printers/${'a'.repeat(600)}`,
      `/api/v1/printers?limit=${'9'.repeat(5_000)}`,
    ];
    for (const path of paths) {
      const { status, headers } = await fixture.answer({ path });
      assert.ok([400, 404, 413].includes(status), `${path.slice(0, 60)}: ${status}`);
      // What was sent is never in a field of the answer's head.
      for (const value of Object.values(headers ?? {})) assert.doesNotMatch(value, /[\r\n]/);
    }
  });

  test('values that would become header fields are refused or encoded', async () => {
    const fixture = new ApiFixture();
    const name = 'x\r\nset-cookie: a=b';
    const made = await fixture.answer({ method: 'POST', path: '/api/v1/printers', json: { name } });
    for (const value of Object.values(made.headers ?? {})) assert.doesNotMatch(value, /[\r\n]/);
    const authorization = 'Bearer x\r\nx: y';
    fixture.authenticate = true;
    const { status } = await fixture.answer({ path: '/api/v1/system', headers: { authorization } });
    assert.equal(status, 401);
  });
});

describe('a typo names the nearest right word', () => {
  const cases: readonly (readonly [string, string, unknown, RegExp])[] = [
    ['GET', '/api/v1/pritners', undefined, /Did you mean "\/api\/v1\/printers"/],
    ['GET', '/api/v1/printers/ofice', undefined, /Did you mean "office"/],
    ['GET', '/api/v1/printers?limt=5', undefined, /"limt" is not known. Did you mean "limit"/],
    ['GET', '/api/v1/jobs?wich=all', undefined, /Did you mean "which"/],
    ['GET', '/api/v1/jobs?which=complete', undefined, /Did you mean "completed"/],
    ['PATCH', '/api/v1/printers/office', { locaton: 'x' }, /Did you mean "location"/],
    ['PATCH', '/api/v1/printers/office', { quotas: { job: 5 } }, /Did you mean "jobs"/],
    ['PATCH', '/api/v1/printers/office', { interrupted: 'hodl' }, /Did you mean "hold"/],
    ['GET', '/api/v1/ports/lp2', undefined, /Did you mean "lp1"/],
    ['POST', '/api/v1/monitors/tpc/xcv/AddPort', {}, /Did you mean "tcp"/],
    ['GET', '/api/v1/ports?spooler=locla', undefined, /Did you mean "local"/],
    ['DELETE', '/api/v1/users/anna', undefined, /Did you mean "ana"/],
    ['PATCH', '/api/v1/users/anna', { role: 'viewer' }, /Did you mean "ana"/],
    ['GET', '/api/v1/users/anna', undefined, /Did you mean "ana"/],
    ['POST', '/api/v1/users', { name: 'x', role: 'operatr', password }, /Did you mean "operator"/],
    ['DELETE', '/api/v1/tokens/zabix', undefined, /Did you mean "zabbix"/],
  ];
  for (const [method, path, json, expected] of cases) {
    test(`${method} ${path} ${json === undefined ? '' : JSON.stringify(json)}`, async () => {
      const fixture = new ApiFixture();
      const { users, tokens } = await fixture.access;
      await users.create('ana', 'administrator', password);
      await tokens.create('zabbix', ['read']);
      const body = json === undefined ? {} : { json };
      const { status, text } = await fixture.ask({ method, path, ...body });
      assert.ok(status >= 400, text);
      assert.match(z.object({ detail: z.string() }).parse(JSON.parse(text)).detail, expected);
    });
  }
});

describe('a change that names an entity tag', () => {
  const tagOf = async (fixture: ApiFixture, path: string): Promise<string> => {
    const { headers } = await fixture.ask({ path });
    return headers?.['etag'] ?? 'none';
  };
  const patch = (fixture: ApiFixture, tag: string, location: string) =>
    fixture.ask({
      method: 'PATCH',
      path: '/api/v1/printers/office',
      json: { location },
      headers: { 'if-match': tag },
    });

  test('is made while nobody else changed it, and refused after', async () => {
    const fixture = new ApiFixture();
    const tag = await tagOf(fixture, '/api/v1/printers/office');
    assert.match(tag, /^"[\w-]{22}"$/);
    assert.equal((await patch(fixture, tag, 'cellar')).status, 200);
    const late = await patch(fixture, tag, 'attic');
    assert.equal(late.status, 412);
    assert.partialDeepStrictEqual(late.json, { code: 'changed-meanwhile' });
    assert.equal((await patch(fixture, '*', 'attic')).status, 200);
  });

  test('of two at once, one is made', async () => {
    const fixture = new ApiFixture();
    const tag = await tagOf(fixture, '/api/v1/printers/office');
    const both = ['cellar', 'attic'].map((place) => patch(fixture, tag, place));
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [200, 412],
    );
  });

  test('is not disturbed by what changes by itself', async () => {
    const fixture = new ApiFixture();
    const tag = await tagOf(fixture, '/api/v1/printers/office');
    fixture.fake.status = { state: 'stopped', reasons: ['x'], message: '', queuedJobCount: 9 };
    assert.equal(await tagOf(fixture, '/api/v1/printers/office'), tag);
  });

  test('every operation that changes a resource finds the tag of what it changes', () => {
    const shown = new Set(
      apiRoutes.filter(({ tagged }) => tagged !== undefined).map(({ path }) => path),
    );
    const above = (path: string): boolean => {
      for (let here = path; here.includes('/'); here = here.replace(/\/[^/]*$/, '')) {
        if (shown.has(here)) return true;
      }
      return false;
    };
    const without = apiRoutes
      .filter(({ method, path }) => method !== 'GET' && path.includes('{') && !above(path))
      .map(({ method, path }) => `${method} ${path}`);
    // A token is made and removed, and never changed; a monitor is code.
    assert.deepEqual(without, ['DELETE /tokens/{token}', 'POST /monitors/{name}/xcv/{command}']);
  });
});
