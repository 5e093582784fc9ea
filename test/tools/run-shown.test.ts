// Shows that a step of verify ends: by itself, asked to, or killed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runShown } from '../../tools/verify/run-shown.ts';

const node = (source: string) => [process.execPath, '-e', source] as const;
const limit = { ms: 300, graceMs: 300 };

describe('a command of verify', () => {
  test('gives its exit status', async () => {
    assert.equal(await runShown(node('process.exitCode = 3')), 3);
    assert.equal(await runShown(node(''), { ms: 60_000, graceMs: 0 }), 0);
  });

  test('that does not end in time is ended, and has failed though it says 0', async () => {
    const said: string[] = [];
    const source = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)";
    const { ms, graceMs } = { ms: 1_000, graceMs: 60_000 };
    assert.equal(await runShown(node(source), { ms, graceMs }, (text) => said.push(text)), 1);
    assert.match(said.join(''), /has not ended within 1 s: it is ended now/);
  });

  test('that does not listen either is killed', async () => {
    const source = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    assert.equal(await runShown(node(source), limit, () => {}), 1);
  });

  test('that can’t be run is an error', async () => {
    await assert.rejects(runShown(['/no/such/program'], limit), /can't be run/);
  });
});
