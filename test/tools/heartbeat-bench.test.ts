// The bench of heartbeats in short: real processes, idle and with all cores loaded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure, phaseNames } from '../../tools/heartbeat-bench/measure.ts';

test('heartbeats between two processes lapse neither idle nor under load', async () => {
  const phases = await measure({
    seconds: 3,
    phases: phaseNames,
    datagrams: true,
    urgency: 'real-time',
  });
  for (const { name, echoes, lapses, changes } of phases) {
    assert.deepEqual({ name, lapses, changes }, { name, lapses: 0, changes: 0 });
    assert.ok(echoes > 10, `${name}: ${echoes} echoes`);
  }
});
