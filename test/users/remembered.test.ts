// Passwords that were right are believed for a while, and only they.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userLimits } from '../../firmware/limits/user-limits.ts';
import { rememberPasswords } from '../../firmware/users/remembered.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

test('a right password is computed once in a while, a wrong one each time', async () => {
  const clock = new VirtualClock();
  const computed: string[] = [];
  const passwords = rememberPasswords(
    {
      hash: async (password) => `hash of ${password}`,
      matches: async (password, kept) => {
        computed.push(password);
        return kept === `hash of ${password}`;
      },
    },
    { clock, random: new SeededRandom(1) },
  );
  const kept = await passwords.hash('right');
  assert.equal(await passwords.matches('right', kept), true);
  assert.equal(await passwords.matches('right', kept), true);
  assert.equal(await passwords.matches('wrong', kept), false);
  assert.equal(await passwords.matches('wrong', kept), false);
  assert.equal(await passwords.matches('right', undefined), false);
  assert.deepEqual(computed, ['right', 'wrong', 'wrong', 'right']);
  assert.equal(await passwords.matches('right', 'hash of another'), false);
  await clock.advance(userLimits.rememberedForMs);
  assert.equal(await passwords.matches('right', kept), true);
  assert.equal(computed.length, 6);
});
