// An appliance whose disk becomes low says so before anybody runs into it.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../tools/run.ts';
import { openHouse } from './house.ts';

test('a disk with little room is a problem in the status, without a job', async (t) => {
  if (process.getuid?.() !== 0) return t.diagnostic('only root mounts a small disk');
  const house = await openHouse(t);
  const data = join(house.folder, 'data');
  await mkdir(data, { mode: 0o700 });
  // The reserve is 64 MiB, and less than 128 beyond it is low.
  await run('mount', ['-t', 'tmpfs', '-o', 'size=240m,mode=700', 'tmpfs', data], '/');
  try {
    await writeFile(join(data, 'filler'), Buffer.alloc(60 * 1024 * 1024));
    const platen = await house.serve();
    try {
      const problems = async () =>
        (await platen.run('status')).split('\n').filter((line) => line.startsWith('PROBLEM: '));
      let seen = await problems();
      // The first look is beside the start.
      for (let tries = 0; seen.length === 0 && tries < 20; tries += 1) seen = await problems();
      assert.match(seen.join('\n'), /The spool's disk has room for \d+ MiB of documents only/);
    } finally {
      await platen.process.stop();
    }
  } finally {
    // The house's folder goes after it.
    await run('umount', ['-l', data], '/');
  }
});
