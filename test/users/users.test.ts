// Users and tokens: made, checked, changed, removed, and never the last administrator.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lockOutLimits } from '../../firmware/limits/user-limits.ts';
import { createPasswords } from '../../firmware/users/passwords.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';
import { makeAccess } from './rig.ts';

const password = 'correct horse';

describe('users', () => {
  test('are known by name without case, and by their password alone', async () => {
    const { users } = await makeAccess(new VirtualClock());
    const made = await users.create('Ana', 'operator', password);
    assert.equal(made.kind, 'done');
    assert.equal((await users.check('ana', password))?.name, 'Ana');
    assert.equal(await users.check('ana', `${password}!`), undefined);
    assert.equal(await users.check('rui', password), undefined);
    assert.equal((await users.create('ANA', 'viewer', password)).kind, 'refused');
    assert.deepEqual(
      (await users.list()).map(({ name, role }) => [name, role]),
      [['Ana', 'operator']],
    );
  });

  test('of what is kept of them, nothing is the password', async () => {
    const passwords = createPasswords({ random: new SeededRandom(1) });
    const [first, second] = [await passwords.hash(password), await passwords.hash(password)];
    assert.match(first, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
    assert.notEqual(first, second);
    assert.ok(await passwords.matches(password, second));
    assert.equal(await passwords.matches(password, 'plain'), false);
  });

  test('a short password, or one with the name in it, is refused', async () => {
    const { users } = await makeAccess(new VirtualClock());
    for (const wrong of ['short', 'ana12345678-maria', 'x'.repeat(2_000)]) {
      const answer = await users.create('maria', 'viewer', wrong);
      assert.ok(answer.kind === 'refused' && answer.code === 'bad-request', wrong);
    }
  });

  test('a name that would be a path or a header is refused', async () => {
    const { users } = await makeAccess(new VirtualClock());
    for (const name of ['', ' a', 'a:b', 'a\\b', '../x', 'a\nb', 'é'.repeat(200)]) {
      assert.equal((await users.create(name, 'viewer', password)).kind, 'refused', name);
      assert.equal(await users.check(name, password), undefined);
    }
  });

  test('a name that an address would lose, or that turns text round, is not given', async () => {
    const { users } = await makeAccess(new VirtualClock());
    for (const name of ['.', '..', 'a\u202eb', 'a\u200bb', '\ud800']) {
      assert.equal((await users.create(name, 'viewer', password)).kind, 'refused', name);
    }
    assert.equal((await users.create('josé.ñ', 'viewer', password)).kind, 'done');
  });

  test('the last administrator stays one', async () => {
    const { users } = await makeAccess(new VirtualClock());
    assert.equal(await users.hasAdministrator(), false);
    await users.create('ana', 'administrator', password);
    assert.ok(await users.hasAdministrator());
    const removed = await users.remove('ana');
    const stepped = await users.change('ana', { role: 'viewer' });
    for (const answer of [removed, stepped]) {
      assert.ok(answer.kind === 'refused' && answer.code === 'last-administrator');
    }
    await users.create('rui', 'administrator', password);
    const both = await Promise.all([users.remove('ana'), users.remove('rui')]);
    assert.deepEqual(both.map(({ kind }) => kind).toSorted(), ['done', 'refused']);
    assert.ok(await users.hasAdministrator());
  });

  test('who gets another password or role is logged out', async () => {
    const { users, sessions } = await makeAccess(new VirtualClock());
    await users.create('ana', 'operator', password);
    const { secret } = sessions.open({ name: 'ana', role: 'operator' });
    await users.change('ANA', { password: 'another password' });
    assert.equal(sessions.find(secret), undefined);
    assert.equal(await users.check('ana', password), undefined);
    assert.ok(await users.check('ana', 'another password'));
  });
});

describe('guessing', () => {
  test('waits by name and address, and the window ends', async () => {
    const clock = new VirtualClock();
    const { users, logIn } = await makeAccess(clock);
    await users.create('ana', 'operator', password);
    for (let tried = 0; tried < lockOutLimits.failures; tried += 1) {
      assert.equal(await logIn('ana', 'wrong password', '10.0.0.1'), 'wrong');
    }
    assert.equal(await logIn('ana', password, '10.0.0.1'), 'wait');
    assert.equal(await logIn('rui', password, '10.0.0.1'), 'wait');
    const elsewhere = await logIn('ana', password, '10.0.0.2');
    assert.ok(typeof elsewhere === 'object');
    await clock.advance(lockOutLimits.windowMs);
    assert.ok(typeof (await logIn('ana', password, '10.0.0.1')) === 'object');
  });
});

describe('tokens', () => {
  test('are their secret, told once, until they are removed', async () => {
    const { tokens } = await makeAccess(new VirtualClock());
    const made = await tokens.create('monitoring', ['read']);
    assert.ok(made.kind === 'done');
    assert.match(made.secret, /^platen_/);
    assert.deepEqual((await tokens.check(made.secret))?.scopes, ['read']);
    assert.equal(await tokens.check(`${made.secret.slice(0, -1)}_`), undefined);
    assert.equal(await tokens.check(''), undefined);
    assert.ok(!JSON.stringify(await tokens.list()).includes(made.secret.slice(8)));
    assert.equal((await tokens.create('monitoring', ['operate'])).kind, 'refused');
    await tokens.remove('monitoring');
    assert.equal(await tokens.check(made.secret), undefined);
  });
});
