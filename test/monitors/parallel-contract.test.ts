// The parallel monitor keeps the contract of port monitors, and tells a printer's states apart.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import type { DeviceReasonKeyword, JsonValue } from '../../monitors/contract.ts';
import { parallelMonitor } from '../../monitors/parallel/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { FakePrinterNode, type PrinterNodeState } from '../fakes/printer-node.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { VirtualClock } from '../world/clock.ts';
import { DocumentRecorder, withDocumentMarks } from './document-marks.ts';
import { makeFifo, startTicking } from './fifo.ts';
import {
  addPort,
  doc,
  never,
  openPort,
  pattern,
  type PortMonitorRig,
  portMonitorSuite,
  print,
  startInstance,
  writeAll,
  xcv,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

interface ParallelRig extends PortMonitorRig {
  readonly node: FakePrinterNode;
  readonly recorder: DocumentRecorder;
}

async function makeFakeRig(): Promise<ParallelRig> {
  const clock = new VirtualClock();
  const recorder = new DocumentRecorder();
  const node = new FakePrinterNode({ onBytes: (bytes) => recorder.push(bytes) });
  return {
    module: withDocumentMarks(parallelMonitor, recorder),
    clock,
    node,
    recorder,
    devices: {
      ...noDevices,
      openPrinterNode: (path) => node.open(path),
      listPrinterNodes: node.listPrinterNodes,
    },
    device: {
      work: async () => node.set('ready'),
      refuse: async () => node.set('gone'),
      stall: async () => node.set('busy'),
      breakAfter: async (sizeBytes) => node.breakAfter(sizeBytes),
      say() {},
      untilDocuments: (count) => recorder.until(count),
    },
    portInput: { device: '/dev/lp0' },
    floodBytes: 100_000,
    dispose: async () => {},
  };
}

/** The kernel's half of non-blocking writes, by a FIFO in the place of the node. */
async function makeKernelRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const fifo = await makeFifo();
  const outputs = createLinuxOutputs();
  let works = true;
  const stopTicking = startTicking(clock, () => works);
  return {
    module: withDocumentMarks(parallelMonitor, fifo.marks),
    clock,
    devices: {
      ...noDevices,
      openPrinterNode: () => outputs.open(`${fifo.folder}/${fifo.name}`, { kinds: ['fifo'] }),
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
    portInput: { device: '/dev/lp0' },
    floodBytes: 300_000,
    async dispose() {
      stopTicking();
      await fifo.dispose();
    },
  };
}

portMonitorSuite('parallel in memory', makeFakeRig, { backChannel: false });
portMonitorSuite('parallel over a FIFO', makeKernelRig, { backChannel: false });

async function start(t: TestContext, registry = createFakeRegistry()) {
  const rig = await makeFakeRig();
  const instance = await startInstance(rig, registry);
  atEnd(t, () => instance.shutdown());
  return { ...rig, ...instance };
}

describe('a parallel printer', () => {
  const states: readonly (readonly [PrinterNodeState, DeviceReasonKeyword])[] = [
    ['paper-out', 'media-empty'],
    ['off-line', 'offline-report'],
    ['busy', 'timed-out'],
  ];
  for (const [state, keyword] of states) {
    test(`that is ${state} is waited for by that name, and the document goes on`, async (t) => {
      const { monitor, clock, node, recorder, reports } = await start(t);
      await addPort(monitor, 'LPT1', { device: '/dev/lp0' });
      const port = await openPort(monitor, 'LPT1');
      await port.startDocPort(doc, never());
      const bytes = pattern(50_000);
      node.breakAfter(20_000, state);
      let left: Uint8Array = bytes;
      for (let hour = 0; hour < 1; hour += 1 / 40) {
        const call = port.writePort(left, never());
        await clock.advance(91_000);
        const outcome = await call;
        assert.equal(outcome.kind, 'waiting');
        assert.ok(outcome.kind === 'waiting' && outcome.reasons[0]?.keyword === keyword);
        left = left.subarray(outcome.writtenBytes);
      }
      assert.equal(left.length, 30_000);
      assert.equal(reports.at(-1)?.status.reasons[0]?.keyword, keyword);
      // A try each half a second at most.
      assert.ok(node.writes < 8_000, `${node.writes} writes in an hour`);
      node.set('ready');
      assert.equal((await writeAll(port, left)).kind, 'written');
      const end = await port.endDocPort({ discard: false }, never());
      assert.deepEqual([end.outcome, end.deliveredBytes], ['sent', bytes.length]);
      assert.ok((await recorder.until(1))[0]?.equals(bytes));
      assert.deepEqual(reports.at(-1)?.status.reasons, []);
    });
  }

  test('whose port another program uses is waited for', async (t) => {
    const { monitor, node } = await start(t);
    await addPort(monitor, 'LPT1', { device: '/dev/lp0' });
    const other = await node.open('/dev/lp0');
    const port = await openPort(monitor, 'LPT1');
    const waiting = await port.startDocPort(doc, never());
    assert.equal(waiting.kind, 'waiting');
    assert.match(waiting.kind === 'waiting' ? waiting.message : '', /another program/);
    await other.close();
    await print(port, pattern(10));
    assert.equal(node.openCount, 0);
  });

  test('unplugged at each of 100 places fails with what it may have taken', async (t) => {
    const { monitor, node, recorder } = await start(t);
    await addPort(monitor, 'LPT1', { device: '/dev/lp0' });
    const port = await openPort(monitor, 'LPT1');
    const bytes = pattern(10_000);
    for (let place = 0; place < 100; place++) {
      node.set('ready');
      node.breakAfter(place * 100 + 1);
      await port.startDocPort(doc, never());
      assert.equal((await writeAll(port, bytes)).kind, 'failed');
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= place * 100 + 1 && end.deliveredBytes <= bytes.length);
      assert.equal(node.openCount, 0);
    }
    node.set('ready');
    await print(port, bytes);
    assert.ok((await recorder.until(1))[0]?.equals(bytes));
  });
});

describe('LOCALMON', () => {
  const ask = async (
    monitor: Parameters<typeof xcv>[0],
    command: string,
    input: JsonValue = null,
  ) => xcv(monitor).xcvDataPort(command, input, never());

  test('TransmissionRetryTimeout is 90 s at first, and kept', async (t) => {
    const registry = createFakeRegistry();
    const first = await start(t, registry);
    const answer = await ask(first.monitor, 'GetTransmissionRetryTimeout');
    assert.deepEqual(answer.output, { seconds: 90 });
    const set = await ask(first.monitor, 'ConfigureLPTPortCommandOK', { seconds: 30 });
    assert.equal(set.status, 'ERROR_SUCCESS');
    const { status } = await ask(first.monitor, 'ConfigureLPTPortCommandOK', { seconds: 0 });
    assert.equal(status, 'ERROR_INVALID_DATA');
    const second = await start(t, createFakeRegistry());
    const other = await ask(second.monitor, 'GetTransmissionRetryTimeout');
    assert.deepEqual(other.output, { seconds: 90 });
    const reopened = await startInstance(await makeFakeRig(), registry.reopened());
    const kept = await ask(reopened.monitor, 'GetTransmissionRetryTimeout');
    assert.deepEqual(kept.output, { seconds: 30 });
  });

  test('only parallel ports of the box are devices', async (t) => {
    const { monitor } = await start(t);
    for (const device of ['/dev/sda', '/dev/lp0/../sda', 'lp0', '/dev/usb/lp0', '/dev/lp0\n']) {
      const { status } = await ask(monitor, 'AddPort', { name: 'LPT1', device });
      assert.equal(status, 'ERROR_INVALID_DATA', device);
    }
    const { output } = await ask(monitor, 'ListDevices');
    const unknown = {
      manufacturer: '',
      model: '',
      serialNumber: '',
      deviceId: '',
      commandSets: [],
    };
    assert.deepEqual(output, { devices: [{ device: '/dev/lp0', ...unknown }] });
  });

  test('a device is shown with the 1284 id that the kernel knows', async (t) => {
    const { monitor, node } = await start(t);
    node.ieee1284Id = 'CLASS:PRINTER;MODEL:LX-300;MANUFACTURER:EPSON;COMMAND SET:ESCPL2,BDC;';
    const { output } = await ask(monitor, 'ListDevices');
    const known = {
      device: '/dev/lp0',
      manufacturer: 'EPSON',
      model: 'LX-300',
      serialNumber: '',
      deviceId: node.ieee1284Id,
      commandSets: ['ESCPL2', 'BDC'],
    };
    assert.deepEqual(output, { devices: [known] });
  });

  test('a group has no parallel ports', async () => {
    const answer = await parallelMonitor.initializePrintMonitor2?.({
      spooler: 'accounts',
      local: false,
      serverName: 'accounts',
      registry: createFakeRegistry(),
      devices: noDevices,
      clock: new VirtualClock(),
      random: { bytes: (count) => new Uint8Array(count), uuid: () => '', fraction: () => 0 },
      reportStatus() {},
      log: { debug() {}, info() {}, warn() {} },
    });
    assert.equal(answer, undefined);
  });
});
