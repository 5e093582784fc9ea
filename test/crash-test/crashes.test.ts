// The short form of the crash test: 20 kills of a real process under load, and the same zeros.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { countsOf, runCrashes } from '../../tools/crash-test/crashes.ts';
import { atEnd } from '../at-end.ts';

test('20 kills at random moments lose nothing, double nothing, mark nothing in vain', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-crashes-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const report = (line: string) => t.diagnostic(line);
  const verdict = await runCrashes({ runs: 20, seed: 1, folder, report });
  assert.deepEqual(verdict.failures, [], countsOf(verdict));
  assert.ok(verdict.acknowledged > 100, countsOf(verdict));
});
