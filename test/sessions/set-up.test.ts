// The set-up code: once, at the box, and not by guessing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setUpLimits } from '../../firmware/limits/session-limits.ts';
import { createSetUp } from '../../firmware/sessions/set-up.ts';
import { VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { SeededRandom } from '../world/random.ts';

const path = '/data/set-up-code';

async function makeRoom() {
  const clock = new VirtualClock();
  const { files } = new SimulatedDisk({ seed: 7 }).mount();
  await files.makeDirectory('/data');
  const state = { administrator: false };
  const make = (seed: number) =>
    createSetUp({
      files,
      clock,
      path,
      shownPaths: ['/data/shown-code'],
      resetPaths: ['/data/reset-administrator', '/boot/reset-administrator'],
      random: new SeededRandom(seed),
      hasAdministrator: async () => state.administrator,
    });
  return { clock, files, state, make };
}

describe('the set-up code', () => {
  test('is letters and digits that can not be mistaken, and stays over a restart', async () => {
    const { make } = await makeRoom();
    const code = await make(1).code();
    assert.match(code ?? '', /^([A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}$/);
    assert.equal(await make(2).code(), code);
  });

  test('is one, also for two who ask at once', async () => {
    const { make } = await makeRoom();
    const setUp = make(1);
    const [first, second] = await Promise.all([setUp.code(), setUp.code()]);
    assert.equal(first, second);
    assert.equal(await setUp.check(first ?? ''), 'right');
  });

  test('is right however it is typed', async () => {
    const { make } = await makeRoom();
    const setUp = make(1);
    const code = (await setUp.code()) ?? '';
    assert.equal(await setUp.check(code.toLowerCase().replaceAll('-', ' ')), 'right');
    assert.equal(await setUp.check(code.slice(1)), 'wrong');
    assert.equal(await setUp.check(''), 'wrong');
  });

  test('goes from where people read it once it is used, and not at the next start', async () => {
    const { make, files } = await makeRoom();
    await files.replaceFile('/data/shown-code', Buffer.from('A'));
    await make(1).done();
    assert.deepEqual(await files.list('/data'), []);
  });

  test('guesses wait', async () => {
    const { make, clock } = await makeRoom();
    const setUp = make(1);
    const code = (await setUp.code()) ?? '';
    for (let tried = 0; tried < setUpLimits.attempts; tried += 1) {
      assert.equal(await setUp.check('AAAA-AAAA-AAAA'), 'wrong');
    }
    assert.equal(await setUp.check(code), 'wait');
    await clock.advance(setUpLimits.waitMs);
    assert.equal(await setUp.check(code), 'right');
  });

  test('with an administrator there is none, and afterwards another', async () => {
    const { make, state } = await makeRoom();
    const setUp = make(1);
    const code = (await setUp.code()) ?? '';
    state.administrator = true;
    await setUp.done();
    assert.equal(await setUp.code(), undefined);
    assert.equal(await setUp.check(code), 'not-needed');
    state.administrator = false;
    assert.notEqual(await make(3).code(), code);
  });

  test('is needed again where somebody who holds the box puts the file there, once', async () => {
    const { files, state, make } = await makeRoom();
    const before = await make(1).code();
    state.administrator = true;
    assert.equal(await make(2).code(), undefined);
    await files.replaceFile('/data/reset-administrator', new Uint8Array());
    const setUp = make(3);
    assert.equal(await setUp.readReset(), true);
    const code = (await setUp.code()) ?? '';
    assert.notEqual(code, before, 'a code that was seen before takes no more');
    assert.equal(await setUp.check(code), 'right');
    await setUp.done();
    assert.equal(setUp.resetting, false);
    assert.equal(await setUp.code(), undefined);
    assert.equal(await make(4).readReset(), false);
  });
});
