// Sessions: opened anew, found by their secret alone, ended by time and by hand.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sessionLimits } from '../../firmware/limits/session-limits.ts';
import { endedCookie, readSessionCookie, sessionCookie } from '../../firmware/sessions/cookie.ts';
import { createSessions } from '../../firmware/sessions/sessions.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

const ana = { name: 'ana', role: 'administrator' } as const;

function makeRoom() {
  const clock = new VirtualClock();
  return { clock, sessions: createSessions({ clock, random: new SeededRandom(1) }) };
}

describe('sessions', () => {
  test('each log-in is a new secret, found by it and by nothing else', () => {
    const { sessions } = makeRoom();
    const first = sessions.open(ana);
    const second = sessions.open(ana);
    assert.notEqual(first.secret, second.secret);
    assert.notEqual(first.session.csrfToken, second.session.csrfToken);
    assert.deepEqual(sessions.find(first.secret), first.session);
    assert.equal(sessions.find(first.secret.toLowerCase()), undefined);
    assert.equal(sessions.find(''), undefined);
  });

  test('one that ended is not found, and the others stay', () => {
    const { sessions } = makeRoom();
    const first = sessions.open(ana);
    const second = sessions.open(ana);
    sessions.end(first.secret);
    assert.equal(sessions.find(first.secret), undefined);
    assert.ok(sessions.find(second.secret));
  });

  test('all of a user end at once', () => {
    const { sessions } = makeRoom();
    const [first, second] = [sessions.open(ana), sessions.open(ana)];
    const other = sessions.open({ name: 'rui', role: 'viewer' });
    sessions.endAllOf('ana');
    assert.equal(sessions.find(first.secret), undefined);
    assert.equal(sessions.find(second.secret), undefined);
    assert.ok(sessions.find(other.secret));
  });

  test('an idle one ends, and a busy one at its age', async () => {
    const { sessions, clock } = makeRoom();
    const idle = sessions.open(ana);
    const busy = sessions.open(ana);
    const step = sessionLimits.idleMs / 2;
    for (let ageMs = step; ageMs < sessionLimits.ageMs; ageMs += step) {
      await clock.advance(step);
      assert.ok(sessions.find(busy.secret), `after ${ageMs} ms`);
    }
    assert.equal(sessions.find(idle.secret), undefined);
    await clock.advance(step);
    assert.equal(sessions.find(busy.secret), undefined);
  });

  test('of too many, the one that was idle longest ends', () => {
    const { sessions } = makeRoom();
    const first = sessions.open(ana);
    const second = sessions.open(ana);
    assert.ok(sessions.find(first.secret));
    for (let more = 2; more <= sessionLimits.sessions; more += 1) sessions.open(ana);
    assert.ok(sessions.find(first.secret));
    assert.equal(sessions.find(second.secret), undefined);
  });
});

describe('the session cookie', () => {
  const { secret } = makeRoom().sessions.open(ana);

  test('is read back, among others', () => {
    const [pair = ''] = sessionCookie(secret).split(';');
    assert.equal(readSessionCookie(`a=b; ${pair}; c=d`), secret);
    assert.match(sessionCookie(secret), /; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  });

  test('given twice, wrongly made or ended it is none', () => {
    const [pair = ''] = sessionCookie(secret).split(';');
    for (const field of [`${pair}; ${pair}`, `${pair}x`, '__Host-platen=', endedCookie, '']) {
      assert.equal(readSessionCookie(field), undefined, field);
    }
    assert.equal(readSessionCookie(undefined), undefined);
  });
});
