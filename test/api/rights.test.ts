// Who may what: each row names its roles, and every door but those is shut.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fullPath } from '../../firmware/api/openapi.ts';
import type { Principal, Role } from '../../firmware/api/principal.ts';
import { deny } from '../../firmware/api/rights.ts';
import { apiRoutes } from '../../firmware/api/table.ts';
import { ApiFixture } from './fixture.ts';

const strangers: readonly Principal[] = [
  { kind: 'nobody' },
  { kind: 'print-client', userName: 'eve', address: '10.0.0.9', authenticated: true },
  { kind: 'peer', node: 'n2' },
  { kind: 'token', name: 't', scopes: [] },
];

function user(role: Role): Principal {
  return { kind: 'user', name: 'u', role };
}

describe('rights', () => {
  test('anyone may log in, log out and do the first set-up, and nothing else', () => {
    const open = apiRoutes.filter(({ who }) => who === 'anyone');
    assert.deepEqual(
      open.map(({ method, path }) => `${method} ${path}`),
      ['POST /session', 'DELETE /session', 'GET /setup', 'POST /setup'],
    );
  });

  test('every other row names its roles, and an administrator may do all', () => {
    for (const route of apiRoutes) {
      if (route.who === 'anyone') continue;
      assert.ok(route.who.length > 0, `${route.method} ${route.path} names no roles`);
      assert.ok(route.who.includes('administrator'), `${route.method} ${route.path}`);
    }
  });

  test('what a viewer may do changes nothing', () => {
    for (const route of apiRoutes.filter(({ who }) => who !== 'anyone' && who.includes('viewer'))) {
      // Their own password is theirs.
      if (route.path === '/session/password') continue;
      assert.equal(route.method, 'GET', route.path);
    }
  });

  test('a row without roles answers nobody', () => {
    assert.equal(deny({ kind: 'local-administrator' }, [])?.code, 'forbidden');
    assert.equal(deny({ kind: 'nobody' }, [])?.code, 'unauthorized');
  });

  test('a token may what its scopes say', () => {
    const may = (scopes: readonly string[], who: readonly Role[]) =>
      deny({ kind: 'token', name: 't', scopes }, who) === undefined;
    assert.ok(may(['read'], ['viewer']) && !may(['read'], ['operator', 'administrator']));
    assert.ok(may(['read', 'operate'], ['operator']) && !may(['operate'], ['administrator']));
    assert.ok(may(['administer'], ['administrator']) && !may(['other'], ['viewer']));
  });

  for (const route of apiRoutes) {
    const { who } = route;
    if (who === 'anyone') continue;
    const path = fullPath(route).replaceAll(/\{\w+\}/g, 'x');
    test(`${route.method} ${route.path} refuses whoever has no role`, async () => {
      const fixture = new ApiFixture();
      for (const principal of strangers) {
        const { method } = route;
        const { status, json } = await fixture.ask({ method, path, principal });
        assert.equal(status, principal.kind === 'nobody' ? 401 : 403, principal.kind);
        assert.partialDeepStrictEqual(json, {
          code: principal.kind === 'nobody' ? 'unauthorized' : 'forbidden',
        });
      }
    });

    test(`${route.method} ${route.path} refuses the roles that it does not name`, () => {
      const roles: readonly Role[] = ['viewer', 'operator', 'administrator'];
      for (const role of roles) {
        const allowed: boolean = deny(user(role), who) === undefined;
        assert.equal(allowed, who.includes(role), role);
      }
    });
  }
});
