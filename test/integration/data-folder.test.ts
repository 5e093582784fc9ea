// The data folder at a start: what a kill left half written goes, what else lies there stays.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolderAt } from '../../firmware/entry/data-folder.ts';
import { dataFolderStep } from '../../firmware/entry/steps/data-folder.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';

test('files that were never renamed are removed once the folder is ours', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-folder-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const names = ['.keepsake.json.0123456789ab.tmp', 'keepsake.json', 'notes.tmp', '.hidden'];
  for (const name of names) await writeFile(join(folder, name), 'x');
  const hal = createLinuxHal({ wallTrusted: () => true });
  const { stop } = await dataFolderStep(hal, dataFolderAt(folder), '').start();
  assert.deepEqual(
    new Set(await readdir(folder)),
    new Set(['keepsake.json', 'notes.tmp', '.hidden', 'lock']),
  );
  await stop?.(AbortSignal.abort());
});
