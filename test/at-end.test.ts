// Shows that what a test leaves behind ends in the right order, and all of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from './at-end.ts';

/** As the runner calls what was registered. */
function makeTest() {
  const hooks: (() => unknown)[] = [];
  return {
    t: { after: (hook?: unknown) => void (typeof hook === 'function' && hooks.push(() => hook())) },
    end: async () => {
      for (const hook of hooks) await hook();
    },
  };
}

test('what was registered last ends first, each after the other', async () => {
  const { t, end } = makeTest();
  const steps: string[] = [];
  atEnd(t, () => steps.push('folder'));
  atEnd(t, async () => {
    steps.push('process asked');
    await Promise.resolve();
    steps.push('process gone');
  });
  await end();
  assert.deepEqual(steps, ['process asked', 'process gone', 'folder']);
});

test('each ends though another fails, and the failure is told', async () => {
  const { t, end } = makeTest();
  const steps: string[] = [];
  atEnd(t, () => steps.push('folder'));
  atEnd(t, () => Promise.reject(new Error('does not end')));
  atEnd(t, () => steps.push('process'));
  await assert.rejects(end(), /does not end/);
  assert.deepEqual(steps, ['process', 'folder']);
});
