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
  test('every row names its roles, and an administrator may do all', () => {
    for (const route of apiRoutes) {
      assert.ok(route.who.length > 0, `${route.method} ${route.path} names no roles`);
      assert.ok(route.who.includes('administrator'), `${route.method} ${route.path}`);
    }
  });

  test('what a viewer may do changes nothing', () => {
    for (const route of apiRoutes.filter(({ who }) => who.includes('viewer'))) {
      assert.equal(route.method, 'GET', route.path);
    }
  });

  test('a row without roles answers nobody', () => {
    assert.equal(deny({ kind: 'local-administrator' }, [])?.code, 'forbidden');
    assert.equal(deny({ kind: 'nobody' }, [])?.code, 'unauthorized');
  });

  for (const route of apiRoutes) {
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
        const allowed = deny(user(role), route.who) === undefined;
        assert.equal(allowed, route.who.includes(role), role);
      }
    });
  }
});
