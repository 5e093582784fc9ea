// A long queue's costs, in the short form of `npm run long-queue`.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { measureLongQueue } from '../../tools/long-queue/measure.ts';
import { atEnd } from '../at-end.ts';

const mebibyte = 1024 * 1024;

test('5,000 queued jobs: start, one job more, pages and memory stay as they are', async (t) => {
  const folder = await mkdtemp(join('/var/tmp', 'platen-long-queue-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const report = (line: string) => t.diagnostic(line);
  const { empty, long } = await measureLongQueue({ jobs: 5_000, adds: 100, folder, report });
  // Processor time, because others may load the machine.
  const laterMs = long.startCpuMs - empty.startCpuMs;
  assert.ok(laterMs < 1_000, `the start takes ${laterMs} ms more`);
  const ratio = long.addCpuMs / empty.addCpuMs;
  assert.ok(ratio <= 1.5, `one job more costs ${ratio} times as much`);
  const grown = long.residentBytes - empty.residentBytes;
  assert.ok(grown < 100 * mebibyte, `memory grew by ${grown} bytes`);
});
