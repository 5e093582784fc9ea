// The tcp monitor keeps the contract of port monitors with a printer server that is not ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTicking } from './fifo.ts';
import { makeP910ndRig } from './p910nd.ts';
import {
  addPort,
  openPort,
  pattern,
  portMonitorSuite,
  print,
  startInstance,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

portMonitorSuite('tcp with p910nd', async () => withTicking(await makeP910ndRig()), {
  backChannel: false,
});

test('p910nd gets every byte, closes after the last, and the monitor waits for that', async (t) => {
  const rig = withTicking(await makeP910ndRig());
  atEnd(t, () => rig.dispose());
  const instance = await startInstance(rig);
  atEnd(t, () => instance.shutdown());
  await addPort(instance.monitor, 'Desk', rig.portInput);
  const bytes = pattern(3_000_000);
  const end = await print(await openPort(instance.monitor, 'Desk'), bytes);
  assert.deepEqual(end, { deliveredBytes: bytes.length, outcome: 'sent', reasons: [] });
  assert.ok((await rig.device.untilDocuments(1))[0]?.equals(bytes));
});
