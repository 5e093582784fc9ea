// Jobs on a USB printer that fails, through a whole spooler: printed once, or waiting with the
// reason, or handled by policy and marked; never lost, never silently doubled.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PrinterSettings } from '../../firmware/printers/printer.ts';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { FakeSerialPorts } from '../fakes/serial-port.ts';
import {
  FakeUsbHost,
  FakeUsbPrinter,
  type FakeUsbPrinterOptions,
  portStatuses,
} from '../fakes/usb-printer.ts';
import { administrator, Bench } from '../spooler/bench.ts';
import { pattern } from './port-monitor-suite.ts';

const portName = 'USB001';

type PrinterFacts = Partial<Pick<FakeUsbPrinterOptions, 'serialNumber' | 'deviceId'>>;

async function start(
  settings: PrinterSettings = {},
  facts: PrinterFacts = {},
  device = 'usb://1209:f020/serial/PLT0001',
) {
  const received: Uint8Array[] = [];
  const host = new FakeUsbHost();
  const bench = new Bench({
    devices: [],
    monitors: () => [usbMonitor],
    spooler: {
      box: {
        usb: host,
        serial: new FakeSerialPorts({ onBytes() {} }),
        outputs: createLinuxOutputs(),
        outputFolder: '/output',
      },
    },
  });
  const printer = new FakeUsbPrinter({
    clock: bench.clock,
    onBytes: (bytes) => received.push(bytes.slice()),
    ...facts,
  });
  host.printers.push(printer);
  await bench.boot();
  const input = { name: portName, device };
  const adding = bench.spooler.ports.xcv({ monitor: 'usb' }, 'AddPort', input, administrator);
  const added = await bench.during(adding);
  assert.ok('status' in added && added.status === 'ERROR_SUCCESS', JSON.stringify(added));
  await bench.addPrinter('office', { ...settings, portNames: [portName] });
  /** What arrived since the last call. */
  const take = () => Buffer.concat(received.splice(0));
  const port = async () => (await bench.spooler.ports.list())[0];
  return { bench, host, printer, take, port };
}

const document = pattern(100_000);

describe('a cable that is pulled', () => {
  test('at each of 100 places: the job starts anew when it is back, and is marked', async () => {
    const { bench, printer, take } = await start();
    for (let place = 0; place < 100; place++) {
      const takenBytes = place * 1000 + 1;
      printer.unplugAfter(takenBytes);
      const { id } = await bench.print(document);
      await bench.until(() => !printer.isPlugged);
      await bench.pass(3_000);
      assert.equal(take().length, takenBytes);
      printer.plug();
      const done = await bench.untilState(id, 'completed', 60_000);
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true], `place ${place}`);
      assert.ok(take().equals(document), `place ${place}`);
    }
    await bench.stop();
  });

  test('before the first byte: the job waits and is not marked', async () => {
    const { bench, printer, take, port } = await start();
    printer.unplug();
    const { id } = await bench.print(document);
    await bench.pass(3_600_000);
    assert.equal((await port())?.reasons[0]?.keyword, 'offline-report');
    assert.equal((await bench.job(id)).state, 'pending');
    printer.plug();
    const done = await bench.untilState(id, 'completed', 3_000);
    assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
    assert.ok(take().equals(document));
    await bench.stop();
  });

  test('on a printer of labels: the job is held for a person', async () => {
    const { bench, printer } = await start({ interrupted: 'hold' });
    printer.unplugAfter(5_000);
    const { id } = await bench.print(document);
    await bench.until(() => !printer.isPlugged);
    printer.plug();
    const held = await bench.untilState(id, 'pending-held', 60_000);
    assert.equal(held.possiblyPrintedTwice, true);
    await bench.stop();
  });
});

describe('a printer that takes nothing', () => {
  for (const [state, keyword] of [
    ['paperOut', 'media-empty'],
    ['offline', 'offline-report'],
    ['ready', 'timed-out'],
  ] as const) {
    test(`for an hour (${state}): the job waits, says why, and is printed once`, async () => {
      const { bench, printer, take, port } = await start();
      printer.hold(portStatuses[state]);
      const { id } = await bench.print(document);
      await bench.pass(3_600_000);
      assert.equal((await bench.job(id)).state, 'processing-stopped');
      assert.equal((await port())?.reasons[0]?.keyword, keyword);
      assert.equal(take().length, 0);
      printer.release();
      const done = await bench.untilState(id, 'completed', 5_000);
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
      assert.ok(take().equals(document));
      await bench.stop();
    });
  }

  test('at each of 20 places, for it is out of paper: the job goes on, prints once', async () => {
    const { bench, printer, take, port } = await start();
    for (let place = 0; place < 20; place += 1) {
      printer.holdAfter(place * 5_000 + 1, portStatuses.paperOut);
      const { id } = await bench.print(document);
      await bench.until(async () => (await bench.job(id)).state === 'processing-stopped', 600_000);
      assert.equal((await port())?.reasons[0]?.keyword, 'media-empty');
      printer.release();
      const done = await bench.untilState(id, 'completed', 60_000);
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false], `place ${place}`);
      assert.ok(take().equals(document), `place ${place}`);
    }
    await bench.stop();
  });

  test('for another program uses it: the job waits, says so, and prints once', async () => {
    const { bench, host, printer, take, port } = await start();
    const [info] = printer.info.interfaces;
    assert.ok(info !== undefined);
    const other = await host.open(printer.info, info);
    const { id } = await bench.print(document);
    await bench.pass(3_600_000);
    assert.match((await port())?.message ?? '', /another program uses the printer/);
    assert.equal(take().length, 0);
    await other.close();
    const done = await bench.untilState(id, 'completed', 120_000);
    assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
    assert.ok(take().equals(document));
    await bench.stop();
  });

  test('lets its job be cancelled, and prints the next one whole', async () => {
    const { bench, printer, take } = await start();
    printer.hold();
    const first = await bench.print(document);
    const second = await bench.print(document);
    await bench.pass(60_000);
    await bench.during(bench.spooler.jobs.cancel(first.id, administrator));
    await bench.untilState(first.id, 'canceled', 10_000);
    printer.release();
    await bench.untilState(second.id, 'completed', 10_000);
    assert.ok(take().equals(document));
    await bench.stop();
  });

  test('does not keep the appliance from stopping', async () => {
    const { bench, printer } = await start();
    printer.ignoresSoftReset = true;
    printer.hold();
    await bench.print(document);
    await bench.pass(60_000);
    const startMs = bench.clock.monotonicMs();
    await bench.stop();
    assert.ok(bench.clock.monotonicMs() - startMs < 10_000);
  });
});

test('a stall in the middle: the job starts anew, and is marked', async () => {
  const { bench, printer, take } = await start();
  printer.hold();
  const { id } = await bench.print(document);
  await bench.pass(1_000);
  printer.stall();
  printer.release();
  const done = await bench.untilState(id, 'completed', 60_000);
  assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
  assert.ok(take().equals(document));
  await bench.stop();
});

describe('a printer whose 1284 id is of no use', () => {
  const endless = Buffer.from('MFG:Z;MDL:L;SN:E1;'.repeat(10_000));
  for (const [what, deviceId, device] of [
    ['garbage', new Uint8Array(4096).map((_, at) => at * 73), 'usb://path/1-1'],
    ['endless', endless, 'usb://1209:f020/sn/E1'],
    ['empty', new Uint8Array(0), 'usb://path/1-1'],
  ] as const) {
    test(`(${what}) prints each job once`, async () => {
      const { bench, take } = await start({}, { serialNumber: undefined, deviceId }, device);
      const { id } = await bench.print(document);
      const done = await bench.untilState(id, 'completed', 60_000);
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
      assert.ok(take().equals(document));
      await bench.stop();
    });
  }
});
