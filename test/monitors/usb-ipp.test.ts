// The usb monitor over IPP channels keeps the contract of port monitors, and follows jobs to paper.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { startIppPrinter } from '../../tools/emulators/ipp-printer/printer.ts';
import { FakeIppUsbHost } from '../fakes/ipp-usb-printer.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  portMonitorSuite,
  type PortMonitorRig,
  startInstance,
} from './port-monitor-suite.ts';
import { noDevices } from '../fakes/no-devices.ts';

const completed = 9;

async function makeRig(channels = 3) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const address = '127.0.0.1';
  const printer = await startIppPrinter({
    tcp,
    clock,
    address,
    port: 0,
    behaviour: {},
    keepData: true,
  });
  const host = new FakeIppUsbHost({ clock, tcp, printer: printer.local, channels });
  const rig: PortMonitorRig = {
    module: usbMonitor,
    clock,
    devices: {
      ...noDevices,
      listUsb: () => host.list(),
      openUsb: (device, info) => host.open(device, info),
    },
    device: {
      async work() {
        host.plug();
        await printer.behave({});
      },
      refuse: async () => host.unplug(),
      stall: () => printer.behave({ stallAtByte: 0 }),
      breakAfter: (sizeBytes) => printer.behave({ resetAtByte: sizeBytes }),
      say() {},
      async untilDocuments(count) {
        const jobs = await printer.until(
          (all) => all.filter(({ state }) => state === completed).length >= count,
        );
        return jobs.filter(({ state }) => state === completed).map(({ id }) => printer.dataOf(id));
      },
    },
    portInput: { device: 'usb://1209:f022/serial/IPP0001' },
    floodBytes: 1024 * 1024,
    dispose: () => printer.close(),
  };
  return { ...rig, printer, host };
}

portMonitorSuite('usb by IPP in memory', () => makeRig(), { backChannel: false });

for (const channels of [1, 2]) {
  test(`a printer with ${channels} channel(s) prints document after document`, async () => {
    const rig = await makeRig(channels);
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
