// The serial monitor keeps the contract of port monitors, in memory and over a pseudo-terminal.
import { createLinuxSerial } from '../../hal/linux/serial.ts';
import { serialMonitor } from '../../monitors/serial/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { FakeSerialPorts } from '../fakes/serial-port.ts';
import { VirtualClock } from '../world/clock.ts';
import { DocumentRecorder, withDocumentMarks } from './document-marks.ts';
import { startTicking } from './fifo.ts';
import { type PortMonitorRig, portMonitorSuite } from './port-monitor-suite.ts';
import { makePty } from './pty.ts';

async function makeFakeRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const recorder = new DocumentRecorder();
  const serial = new FakeSerialPorts({ onBytes: (bytes) => recorder.push(bytes) });
  return {
    module: withDocumentMarks(serialMonitor, recorder),
    clock,
    devices: { ...noDevices, openSerial: (path, line) => serial.open(path, line) },
    device: {
      work: async () => serial.plug(),
      refuse: async () => serial.unplug(),
      stall: async () => serial.hold(),
      breakAfter: async (sizeBytes) => serial.breakAfter(sizeBytes),
      say: (text) => serial.say(text),
      untilDocuments: (count) => recorder.until(count),
    },
    portInput: { device: '/dev/ttyUSB0' },
    floodBytes: 100_000,
    dispose: async () => {},
  };
}

async function makeKernelRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const pty = await makePty();
  const serial = createLinuxSerial({ clock });
  let works = true;
  const stopTicking = startTicking(clock, () => works);
  return {
    module: withDocumentMarks(serialMonitor, pty.marks),
    clock,
    devices: { ...noDevices, openSerial: (_path, line) => serial.open(pty.path, line) },
    device: {
      async work() {
        works = true;
        await pty.plug();
      },
      refuse: () => pty.unplug(),
      async stall() {
        works = false;
        pty.stall();
      },
      breakAfter: async (sizeBytes) => pty.unplugAfter(sizeBytes),
      say: (text) => pty.say(text),
      untilDocuments: (count) => pty.marks.until(count),
    },
    portInput: { device: '/dev/ttyUSB0', flow: 'none', baudRate: 115_200 },
    floodBytes: 1024 * 1024,
    async dispose() {
      stopTicking();
      await pty.dispose();
    },
  };
}

portMonitorSuite('serial in memory', makeFakeRig);
portMonitorSuite('serial over a pseudo-terminal', makeKernelRig);
