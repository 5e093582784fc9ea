// The box as a machine: what is asked of the image's helper, and what its light shows.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { createBoxControl } from '../../firmware/box/control.ts';
import { createLight, keepLight, type LightState } from '../../firmware/box/lights.ts';
import { completeConfig } from '../../firmware/config/table.ts';
import { isFreshlyReset } from '../../firmware/entry/steps/box.ts';
import { boxLimits } from '../../firmware/limits/box-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import { settle, VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';

const folder = '/run/platen-box';

async function makeRoom() {
  const clock = new VirtualClock();
  const { files } = new SimulatedDisk({ seed: 5 }).mount();
  for (const path of ['/run', folder, '/data']) await files.makeDirectory(path);
  const log = createLog({ level: 'error', clock, destination: { write: () => undefined } });
  const read = async (name: string) =>
    Buffer.from(await files.readFile(`${folder}/${name}`, 100))
      .toString('utf8')
      .trim();
  const answer = (text: string) => files.replaceFile(`${folder}/answer`, Buffer.from(text));
  const control = createBoxControl({ files, clock, random: { uuid: () => 'id-1' }, folder });
  return { clock, files, log, read, answer, control };
}

describe('what the box is asked', () => {
  test('reaches the helper as one word, and is taken when it says so', async () => {
    const { clock, read, answer, control } = await makeRoom();
    const asked = control.ask('power-off', new AbortController().signal);
    await settle();
    assert.equal(await read('request'), 'id-1 power-off');
    await answer('id-of-before done\n');
    await clock.advance(1_000);
    await answer('id-1 done\n');
    await clock.advance(1_000);
    await asked;
  });

  test('is refused in the words of the helper', async () => {
    const { clock, answer, control } = await makeRoom();
    const asked = control.ask('factory-reset', new AbortController().signal);
    const refused = assert.rejects(
      asked,
      (error) => isHalError(error) && /no mark/.test(`${error}`),
    );
    await settle();
    await answer('id-1 the data partition took no mark\n');
    await clock.advance(1_000);
    await refused;
  });

  test('is not waited for when no helper answers', async () => {
    const { clock, control } = await makeRoom();
    const patience = new AbortController();
    const refused = assert.rejects(control.ask('restart', patience.signal), (error) =>
      isHalError(error, 'timed-out'),
    );
    await settle();
    patience.abort();
    await clock.advance(1_000);
    await refused;
  });
});

describe('the light', () => {
  test('is steady while all is well, blinks when something is not, and says the stop', async () => {
    const { clock, files, log, read } = await makeRoom();
    const state = { isWell: true };
    const light = createLight(files, folder);
    const kept = await keepLight({ light, clock, log, isWell: async () => state.isWell });
    assert.equal(await read('light'), 'ready');
    state.isWell = false;
    await clock.advance(boxLimits.lightLookMs);
    await settle();
    assert.equal(await read('light'), 'attention');
    state.isWell = true;
    await clock.advance(boxLimits.lightLookMs);
    await settle();
    assert.equal(await read('light'), 'ready');
    await kept.stop();
    assert.equal(await read('light'), 'stopping');
  });

  test('is told of changes alone', async () => {
    const { clock, log } = await makeRoom();
    const seen: LightState[] = [];
    const light = { show: async (state: LightState) => void seen.push(state) };
    const kept = await keepLight({ light, clock, log, isWell: async () => true });
    await clock.advance(boxLimits.lightLookMs * 3);
    await kept.stop();
    assert.deepEqual(seen, ['ready', 'stopping']);
  });
});

test('a factory reset is told of once, at the first start after it', async () => {
  const { files } = await makeRoom();
  const config = completeConfig({ 'box.resetFile': `${folder}/done` });
  const place = { resetTold: '/data/reset-told' };
  assert.equal(await isFreshlyReset({ files }, config, place), false);
  await files.replaceFile(`${folder}/done`, Buffer.from(''));
  assert.equal(await isFreshlyReset({ files }, config, place), true);
  assert.equal(await isFreshlyReset({ files }, config, place), false);
});
