// The simulated machine keeps the contract of hal's Files, fails as told, and loses only what was
// not synced.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { filesSuite } from '../hal/files-suite.ts';
import { SimulatedDisk } from './disk.ts';
import { SeededRandom } from './random.ts';

filesSuite('simulated', async () => {
  const { files } = new SimulatedDisk({ seed: 1 }).mount();
  await files.makeDirectory('/root');
  return { files, root: '/root' };
});

describe('a simulated disk', () => {
  const abc = Buffer.from('abc');

  test('keeps what was synced, and of the rest a first part at most', async () => {
    const left = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const disk = new SimulatedDisk({ seed });
      const { files } = disk.mount();
      const file = await files.open('/a', 'create');
      await file.write(abc, 0);
      await file.sync();
      await files.syncDirectory('/');
      await file.write(Buffer.from('defg'), 3);
      disk.powerCut();
      await assert.rejects(file.read(0, 1), (error) => isHalError(error, 'device-gone'));
      left.add(Buffer.from(await disk.mount().files.readFile('/a', 10)).toString());
    }
    assert.ok([...left].every((text) => 'abcdefg'.startsWith(text) && text.length >= 3));
    assert.ok(left.size > 2);
  });

  test('forgets names whose directory was not synced, as the seed says', async () => {
    const found = new Set<boolean>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const disk = new SimulatedDisk({ seed });
      const file = await disk.mount().files.open('/a', 'create');
      await file.sync();
      disk.powerCut();
      found.add((await disk.mount().files.list('/')).length === 1);
    }
    assert.equal(found.size, 2);
  });

  test('is full at a byte, and has room again', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { files } = disk.mount();
    const heal = disk.faults.add({ operation: 'write', code: 'no-space', afterBytes: 2 });
    const file = await files.open('/a', 'create');
    await assert.rejects(file.write(abc, 0), (error) => isHalError(error, 'no-space'));
    assert.equal(await file.sizeBytes(), 2);
    heal();
    await file.write(abc, 0);
    assert.equal(await file.sizeBytes(), 3);
  });

  test('draws the same from the same seed', () => {
    const [first, second, other] = [7, 7, 8].map((seed) => new SeededRandom(seed).uuid());
    assert.equal(first, second);
    assert.notEqual(first, other);
    assert.match(first ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });
});
