// The usb monitor with a USB printer in memory.
import type { MonitorDevices } from '../../monitors/contract.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { FakeUsbHost, FakeUsbPrinter, type FakeUsbPrinterOptions } from '../fakes/usb-printer.ts';
import { VirtualClock } from '../world/clock.ts';
import { DocumentRecorder, withDocumentMarks } from './document-marks.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';

export interface UsbRig extends PortMonitorRig {
  readonly printer: FakeUsbPrinter;
  readonly host: FakeUsbHost;
  readonly recorder: DocumentRecorder;
}

export function devicesOverUsb(host: FakeUsbHost): MonitorDevices {
  return {
    ...noDevices,
    listUsb: () => host.list(),
    openUsb: (device, info) => host.open(device, info),
  };
}

export async function makeUsbRig(
  options: Omit<FakeUsbPrinterOptions, 'clock' | 'onBytes'> = {},
): Promise<UsbRig> {
  const clock = new VirtualClock();
  const recorder = new DocumentRecorder();
  const printer = new FakeUsbPrinter({
    clock,
    onBytes: (bytes) => recorder.push(bytes),
    ...options,
  });
  const host = new FakeUsbHost(printer);
  return {
    module: withDocumentMarks(usbMonitor, recorder),
    clock,
    printer,
    host,
    recorder,
    devices: devicesOverUsb(host),
    device: {
      work: async () => printer.plug(),
      refuse: async () => printer.unplug(),
      stall: async () => printer.hold(),
      breakAfter: async (sizeBytes) => printer.unplugAfter(sizeBytes),
      say: (text) => printer.say(text),
      untilDocuments: (count) => recorder.until(count),
    },
    portInput: { device: 'usb://1209:f020/serial/PLT0001' },
    floodBytes: 100_000,
    dispose: async () => {},
  };
}
