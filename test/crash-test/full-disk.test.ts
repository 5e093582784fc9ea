// The short form of the full disks: a small disk, filled three times under load, and the same
// zeros.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFullDisks } from '../../tools/crash-test/full-disk.ts';

test('a disk that is full at random moments loses and doubles nothing', async (t) => {
  const { passed, output } = await runFullDisks(3, 1);
  t.diagnostic(output);
  assert.ok(passed, output);
});
