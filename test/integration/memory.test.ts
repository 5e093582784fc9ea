// Memory does not grow with a document: the peak during a large raw job is that during a small one.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { peakMemoryOfJob } from '../../tools/bench/peak-memory.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { atEnd } from '../at-end.ts';

const mebibyte = 1024 * 1024;
const allowedGrowthBytes = 32 * mebibyte;

test('256 MiB take hardly more memory than 1 MiB', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-memory-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const small = await peakMemoryOfJob(platenFromSources, folder, mebibyte);
  const large = await peakMemoryOfJob(platenFromSources, folder, 256 * mebibyte);
  const growth = large - small;
  const shown = [small, large].map((bytes) => (bytes / mebibyte).toFixed(1)).join(' → ');
  assert.ok(growth < allowedGrowthBytes, `${shown} MiB`);
});
