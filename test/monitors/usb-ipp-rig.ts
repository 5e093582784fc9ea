// The usb monitor with a USB printer in memory that speaks IPP alone, and the printer behind it.
import { usbMonitor } from '../../monitors/usb/module.ts';
import { startIppPrinter } from '../../tools/emulators/ipp-printer/printer.ts';
import { FakeIppUsbHost } from '../fakes/ipp-usb-printer.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { VirtualClock } from '../world/clock.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';

const completed = 9;

export async function makeUsbIppRig(channels = 3) {
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
