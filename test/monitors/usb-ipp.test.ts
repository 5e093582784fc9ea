// The usb monitor over IPP channels keeps the contract of port monitors, and follows jobs to paper.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  portMonitorSuite,
  startInstance,
} from './port-monitor-suite.ts';
import { makeUsbIppRig } from './usb-ipp-rig.ts';

portMonitorSuite('usb by IPP in memory', () => makeUsbIppRig(), { backChannel: false });

for (const channels of [1, 2]) {
  test(`a printer with ${channels} channel(s) prints document after document`, async () => {
    const rig = await makeUsbIppRig(channels);
    const instance = await startInstance(rig);
    await addPort(instance.monitor, 'USB1', rig.portInput);
    const port = await openPort(instance.monitor, 'USB1');
    for (const sizeBytes of [1, 70_000, 5]) {
      const bytes = Buffer.from(pattern(sizeBytes));
      const printing = (async () => {
        const started = await port.startDocPort(docOf(sizeBytes), never());
        assert.equal(started.kind, 'started', JSON.stringify(started));
        for (let left: Uint8Array = bytes; left.length > 0; ) {
          const outcome = await port.writePort(left, never());
          assert.notEqual(outcome.kind, 'failed', JSON.stringify(outcome));
          left = left.subarray(outcome.writtenBytes);
        }
        return await port.endDocPort({ discard: false }, never());
      })();
      for (let round = 0; round < 100; round += 1) await rig.clock.advance(100);
      assert.equal((await printing).outcome, 'printed');
      assert.ok(rig.printer.dataOf(rig.printer.jobs().at(-1)?.id ?? 0).equals(bytes));
    }
    await port.closePort(never());
    await rig.clock.advance(5_000);
    assert.equal(rig.host.openChannels, 0);
    await instance.shutdown();
    await rig.dispose();
  });
}
