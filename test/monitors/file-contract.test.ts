// The file monitor keeps the contract of port monitors, with a FIFO in memory and a real one.
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import { fileMonitor } from '../../monitors/file/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { FakePrinterNode } from '../fakes/printer-node.ts';
import { VirtualClock } from '../world/clock.ts';
import { DocumentRecorder, withDocumentMarks } from './document-marks.ts';
import { makeFifo, startTicking } from './fifo.ts';
import { type PortMonitorRig, portMonitorSuite } from './port-monitor-suite.ts';

async function makeFakeRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const recorder = new DocumentRecorder();
  const fifo = new FakePrinterNode({ onBytes: (bytes) => recorder.push(bytes), kind: 'fifo' });
  return {
    module: withDocumentMarks(fileMonitor, recorder),
    clock,
    devices: {
      ...noDevices,
      openOutput: (name) => fifo.open(name),
    },
    device: {
      work: async () => fifo.set('ready'),
      refuse: async () => fifo.set('gone'),
      stall: async () => fifo.set('busy'),
      breakAfter: async (sizeBytes) => fifo.breakAfter(sizeBytes),
      say() {},
      untilDocuments: (count) => recorder.until(count),
    },
    portInput: { file: 'printer' },
    floodBytes: 100_000,
    dispose: async () => {},
  };
}

async function makeKernelRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const fifo = await makeFifo();
  const outputs = createLinuxOutputs();
  let works = true;
  const stopTicking = startTicking(clock, () => works);
  return {
    module: withDocumentMarks(fileMonitor, fifo.marks),
    clock,
    devices: {
      ...noDevices,
      openOutput: (name, start) =>
        outputs.open(`${fifo.folder}/${name}`, { kinds: ['file', 'fifo'], start }),
    },
    device: {
      async work() {
        works = true;
        fifo.read();
      },
      refuse: async () => fifo.leave(),
      async stall() {
        works = false;
        fifo.stop();
      },
      breakAfter: async (sizeBytes) => fifo.leaveAfter(sizeBytes),
      say() {},
      untilDocuments: (count) => fifo.marks.until(count),
    },
    portInput: { file: fifo.name },
    floodBytes: 300_000,
    async dispose() {
      stopTicking();
      await fifo.dispose();
    },
  };
}

portMonitorSuite('file in memory', makeFakeRig, { backChannel: false });
portMonitorSuite('file over a FIFO', makeKernelRig, { backChannel: false });
