// Logging in by the API: set-up, cookies, CSRF, tokens, and what none of them may.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { setUpLimits } from '../../firmware/limits/session-limits.ts';
import { ApiFixture } from './fixture.ts';

const password = 'correct horse';
const opened = z.object({ name: z.string(), role: z.string(), csrfToken: z.string() });

function door() {
  const fixture = new ApiFixture();
  fixture.authenticate = true;
  return fixture;
}

async function logIn(fixture: ApiFixture, name: string, given = password) {
  const answer = await fixture.ask({
    method: 'POST',
    path: '/api/v1/session',
    json: { name, password: given },
  });
  const cookie = answer.headers?.['set-cookie']?.split(';')[0] ?? '';
  return { ...answer, cookie };
}

async function withUser(fixture: ApiFixture, name: string, role: 'viewer' | 'administrator') {
  const { users } = await fixture.access;
  assert.equal((await users.create(name, role, password)).kind, 'done');
  const { cookie, json } = await logIn(fixture, name);
  return { cookie, 'x-platen-csrf': opened.parse(json).csrfToken };
}

describe('the first set-up', () => {
  test('needs the code, makes the administrator, and is over', async () => {
    const fixture = door();
    const code = await (await fixture.access).setUp.code();
    const setUp = (given: string) =>
      fixture.ask({
        method: 'POST',
        path: '/api/v1/setup',
        json: { code: given, name: 'ana', password },
      });
    assert.deepEqual((await fixture.ask({ path: '/api/v1/setup' })).json, { needed: true });
    assert.equal((await setUp('AAAA-AAAA-AAAA')).status, 401);
    const done = await setUp(code ?? '');
    assert.equal(done.status, 201);
    assert.partialDeepStrictEqual(done.json, { name: 'ana', role: 'administrator' });
    assert.deepEqual((await fixture.ask({ path: '/api/v1/setup' })).json, { needed: false });
    assert.equal((await setUp(code ?? '')).status, 403);
  });

  test('with a refused password leaves the code as it is', async () => {
    const fixture = door();
    const { setUp } = await fixture.access;
    const json = { code: await setUp.code(), name: 'ana', password: 'short' };
    const refused = await fixture.ask({ method: 'POST', path: '/api/v1/setup', json });
    assert.equal(refused.status, 400);
    assert.equal(await setUp.code(), json.code);
  });

  test('can not be guessed', async () => {
    const fixture = door();
    const json = { code: 'AAAA-AAAA-AAAA', name: 'eve', password };
    const ask = () => fixture.ask({ method: 'POST', path: '/api/v1/setup', json });
    for (let tried = 0; tried < setUpLimits.attempts; tried += 1) {
      assert.equal((await ask()).status, 401);
    }
    assert.equal((await ask()).status, 429);
  });
});

describe('a forgotten password', () => {
  test('is reset with the code of the box, for a name that is there', async () => {
    const fixture = door();
    const { users, setUp, sessions } = await fixture.access;
    await users.create('ana', 'operator', password);
    await users.create('rui', 'administrator', password);
    const before = sessions.open({ name: 'ana', role: 'operator' });
    const ask = async (code: string) =>
      fixture.ask({
        method: 'POST',
        path: '/api/v1/setup',
        json: { code, name: 'ana', password: 'another battery' },
      });
    assert.equal((await ask('AAAA-AAAA-AAAA')).status, 403);
    await fixture.askForReset();
    assert.equal(await setUp.readReset(), true);
    assert.equal((await ask((await setUp.code()) ?? '')).status, 201);
    assert.equal(sessions.find(before.secret), undefined);
    assert.equal((await users.check('ana', 'another battery'))?.role, 'administrator');
    assert.equal((await users.check('rui', password))?.role, 'administrator');
    assert.equal(await setUp.code(), undefined);
  });
});

describe('a session', () => {
  test('is opened by name and password, looks by its cookie, and ends', async () => {
    const fixture = door();
    const { cookie } = await withUser(fixture, 'ana', 'viewer');
    const look = () => fixture.ask({ path: '/api/v1/printers', headers: { cookie } });
    assert.equal((await look()).status, 200);
    const ended = await fixture.ask({
      method: 'DELETE',
      path: '/api/v1/session',
      headers: { cookie },
    });
    assert.equal(ended.status, 403, 'a log-out without its token is somebody else’s');
    const token = opened.parse(
      (await fixture.ask({ path: '/api/v1/session', headers: { cookie } })).json,
    ).csrfToken;
    const headers = { cookie, 'x-platen-csrf': token };
    const out = await fixture.ask({ method: 'DELETE', path: '/api/v1/session', headers });
    assert.match(out.headers?.['set-cookie'] ?? '', /Max-Age=0/);
    assert.equal((await look()).status, 401);
  });

  test('changes nothing without its CSRF token', async () => {
    const fixture = door();
    const { cookie, 'x-platen-csrf': token } = await withUser(fixture, 'ana', 'administrator');
    const rename = (headers: Readonly<Record<string, string>>) =>
      fixture.ask({
        method: 'PATCH',
        path: '/api/v1/printers/office',
        json: { location: 'x' },
        headers,
      });
    assert.equal((await rename({ cookie })).status, 403);
    assert.equal((await rename({ cookie, 'x-platen-csrf': `${token}x` })).status, 403);
    assert.equal((await rename({ 'x-platen-csrf': token })).status, 401);
    assert.equal((await rename({ cookie, 'x-platen-csrf': token })).status, 200);
  });

  test('that was fixed beforehand is not taken over by a log-in', async () => {
    const fixture = door();
    const fixed = `__Host-platen=${'A'.repeat(43)}`;
    await (await fixture.access).users.create('ana', 'viewer', password);
    const answer = await fixture.ask({
      method: 'POST',
      path: '/api/v1/session',
      json: { name: 'ana', password },
      headers: { cookie: fixed },
    });
    assert.ok(!answer.headers?.['set-cookie']?.startsWith(fixed));
    const look = await fixture.ask({ path: '/api/v1/printers', headers: { cookie: fixed } });
    assert.equal(look.status, 401);
  });

  test('does not say whether the name or the password was wrong', async () => {
    const fixture = door();
    await (await fixture.access).users.create('ana', 'viewer', password);
    const [name, word] = [await logIn(fixture, 'eve'), await logIn(fixture, 'ana', 'wrong words')];
    assert.equal(name.status, 401);
    assert.deepEqual(name.json, word.json);
  });

  test('is not for those who only print', async () => {
    const fixture = door();
    await (await fixture.access).users.create('till', 'print', password);
    assert.equal((await logIn(fixture, 'till')).status, 403);
  });
});

describe('a token', () => {
  test('may what its scopes say, and a wrong one is told so', async () => {
    const fixture = door();
    const made = await (await fixture.access).tokens.create('zabbix', ['read']);
    assert.ok(made.kind === 'done');
    const ask = (method: string, path: string, secret: string) =>
      fixture.ask({ method, path, headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await ask('GET', '/api/v1/printers', made.secret)).status, 200);
    assert.equal((await ask('DELETE', '/api/v1/printers/office', made.secret)).status, 403);
    assert.equal((await ask('GET', '/api/v1/printers', `${made.secret}x`)).status, 401);
    const basic = { authorization: `Basic ${Buffer.from(`ana:${password}`).toString('base64')}` };
    assert.equal((await fixture.ask({ path: '/api/v1/printers', headers: basic })).status, 401);
  });
});

describe('what was changed', () => {
  test('is written down with who, from where, before and after, and without secrets', async () => {
    const fixture = door();
    const headers = await withUser(fixture, 'ana', 'administrator');
    await fixture.ask({
      method: 'PATCH',
      path: '/api/v1/printers/office',
      json: { location: 'cellar' },
      headers,
    });
    const change = fixture.audited.find(({ what }) => what.startsWith('PATCH'));
    assert.partialDeepStrictEqual(change, {
      who: 'ana',
      address: '127.0.0.1',
      outcome: 'done',
      asked: { location: 'cellar' },
      before: { location: 'here' },
      after: { location: 'cellar' },
    });
    assert.ok(!JSON.stringify(fixture.audited).includes(password));
    assert.ok(fixture.audited.some(({ what }) => what === 'POST /api/v1/session'));
  });

  test('so is what was refused', async () => {
    const fixture = door();
    const headers = await withUser(fixture, 'rui', 'viewer');
    await fixture.ask({ method: 'DELETE', path: '/api/v1/printers/office', headers });
    assert.partialDeepStrictEqual(fixture.audited.at(-1), { who: 'rui', outcome: 'forbidden' });
  });
});
