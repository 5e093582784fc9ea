// The failure table of USB printers: each document is printed once, waited for with the reason, or
// fails with what the printer may have.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { DeviceReasonKeyword } from '../../monitors/contract.ts';
import { type FakeUsbPrinterOptions, portStatuses, type Remedy } from '../fakes/usb-printer.ts';
import {
  addPort,
  doc,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  writeAll,
} from './port-monitor-suite.ts';
import { makeUsbRig } from './usb-rig.ts';
import { atEnd } from '../at-end.ts';

async function start(
  t: TestContext,
  options: Omit<FakeUsbPrinterOptions, 'clock' | 'onBytes'> = {},
  device = 'usb://1209:f020/serial/PLT0001',
) {
  const rig = await makeUsbRig(options);
  const instance = await startInstance(rig);
  atEnd(t, () => instance.shutdown());
  await addPort(instance.monitor, 'USB001', { device });
  const port = await openPort(instance.monitor, 'USB001');
  return { ...rig, ...instance, port };
}

describe('a USB printer that is unplugged', () => {
  test('at each of 100 places fails the document, and prints the next one whole', async (t) => {
    const { port, printer, recorder } = await start(t);
    const bytes = pattern(100_000);
    for (let place = 0; place < 100; place++) {
      printer.plug();
      printer.unplugAfter(place * 1000 + 1);
      assert.equal((await port.startDocPort(doc, never())).kind, 'started');
      assert.equal((await writeAll(port, bytes)).kind, 'failed', `place ${place}`);
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      const takenBytes = place * 1000 + 1;
      assert.ok(end.deliveredBytes >= takenBytes, `${end.deliveredBytes} of ${takenBytes}`);
      assert.ok(end.deliveredBytes < takenBytes + 16 * 1024);
      const waiting = await port.startDocPort(doc, never());
      assert.ok(waiting.kind === 'waiting' && waiting.reasons[0]?.keyword === 'offline-report');
    }
    printer.plug();
    const end = await print(port, bytes);
    assert.deepEqual([end.outcome, end.deliveredBytes], ['sent', bytes.length]);
    const documents = await recorder.until(1);
    assert.equal(documents.length, 1);
    assert.ok(documents[0]?.equals(bytes));
  });

  test('between documents is noticed, and waited for', async (t) => {
    const { port, printer, recorder } = await start(t);
    await print(port, pattern(10));
    await print(port, pattern(20));
    assert.deepEqual(printer.log, ['open'], 'it stays open between documents');
    printer.unplug();
    assert.equal((await port.startDocPort(doc, never())).kind, 'waiting');
    printer.plug();
    await print(port, pattern(30));
    assert.deepEqual(
      (await recorder.until(3)).map((bytes) => bytes.length),
      [10, 20, 30],
    );
  });

  test('even one without a way back, of which nothing is heard', async (t) => {
    const { port, printer } = await start(
      t,
      { vendorId: 0x03f0, productId: 0x0304 },
      'usb://03f0:0304/serial/PLT0001',
    );
    await print(port, pattern(10));
    printer.unplug();
    assert.equal((await port.startDocPort(doc, never())).kind, 'waiting');
  });

  test('is reported when it goes and when it comes back', async (t) => {
    const { printer, clock, reports } = await start(t);
    const last = () => reports.at(-1)?.status.reasons.map(({ keyword }) => keyword);
    await clock.advance(2_000);
    printer.unplug();
    await clock.advance(1_500);
    assert.deepEqual(last(), ['offline-report']);
    const { length } = reports;
    await clock.advance(60_000);
    assert.equal(reports.length, length, 'once');
    printer.plug();
    await clock.advance(1_500);
    assert.deepEqual(last(), []);
  });
});

describe('a USB printer that takes nothing', () => {
  const states: readonly (readonly [keyof typeof portStatuses, DeviceReasonKeyword])[] = [
    ['paperOut', 'media-empty'],
    ['offline', 'offline-report'],
    ['error', 'other'],
    ['ready', 'timed-out'],
  ];
  for (const [state, keyword] of states) {
    test(`for an hour (${state}) is waited for, says so, and gets each byte once`, async (t) => {
      const { port, printer, clock, recorder, reports } = await start(t);
      const bytes = pattern(200_000);
      await port.startDocPort(doc, never());
      const first = await port.writePort(bytes.subarray(0, 50_000), never());
      assert.equal(first.writtenBytes, 50_000);
      printer.hold(portStatuses[state]);
      let left = bytes.subarray(first.writtenBytes);
      for (let minute = 0; minute < 60; minute++) {
        const call = port.writePort(left, never());
        await clock.advance(60_000);
        const outcome = await call;
        assert.ok(outcome.kind === 'waiting' && outcome.reasons[0]?.keyword === keyword);
        left = left.subarray(outcome.writtenBytes);
      }
      assert.equal(left.length, 150_000);
      assert.equal(reports.at(-1)?.status.reasons[0]?.keyword, keyword);
      printer.release();
      assert.equal((await writeAll(port, left)).kind, 'written');
      assert.deepEqual(reports.at(-1)?.status.reasons, []);
      const end = await port.endDocPort({ discard: false }, never());
      assert.deepEqual([end.outcome, end.deliveredBytes], ['sent', bytes.length]);
      assert.ok((await recorder.until(1))[0]?.equals(bytes));
    });
  }

  test('until the next call with the rest in other pieces gets each byte once', async (t) => {
    const { port, printer, clock, recorder } = await start(t);
    const bytes = pattern(40_000);
    await port.startDocPort(doc, never());
    printer.hold();
    const call = port.writePort(bytes, never());
    await clock.advance(40_000);
    assert.equal((await call).writtenBytes, 0);
    printer.release();
    for (let left: Uint8Array = bytes; left.length > 0; ) {
      const outcome = await port.writePort(left.subarray(0, 1000), never());
      left = left.subarray(outcome.writtenBytes);
    }
    await port.endDocPort({ discard: false }, never());
    assert.ok((await recorder.until(1))[0]?.equals(bytes));
  });

  test('is made to forget a document by a soft reset, or else by one of its port', async (t) => {
    const { port, printer, clock, recorder } = await start(t);
    for (const ignoresSoftReset of [false, true]) {
      printer.log.length = 0;
      printer.ignoresSoftReset = ignoresSoftReset;
      printer.hold();
      await port.startDocPort(doc, never());
      const write = port.writePort(pattern(1000), never());
      await clock.advance(40_000);
      assert.equal((await write).kind, 'waiting');
      const end = port.endDocPort({ discard: true }, never());
      await clock.advance(5_000);
      assert.deepEqual([(await end).outcome, (await end).deliveredBytes], ['failed', 1000]);
      assert.deepEqual(
        printer.log.filter((line) => line !== 'open'),
        ignoresSoftReset ? ['soft-reset', 'port-reset'] : ['soft-reset'],
      );
      printer.release();
    }
    await print(port, pattern(5));
    assert.equal((await recorder.until(1))[0]?.length, 5);
  });
});

describe('a USB printer that stalls', () => {
  test('fails the document, for nobody knows what it took, and prints the next one', async (t) => {
    const { port, printer, recorder } = await start(t);
    for (let round = 0; round < 3; round++) {
      await port.startDocPort(doc, never());
      assert.equal((await port.writePort(pattern(1000), never())).kind, 'written');
      printer.stall();
      assert.equal((await writeAll(port, pattern(50_000))).kind, 'failed');
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= 1000);
      await print(port, pattern(10 + round));
    }
    assert.deepEqual(
      (await recorder.until(3)).map((bytes) => bytes.length),
      [10, 11, 12],
    );
  });
});

describe('a USB printer that does not answer when it is opened', () => {
  const ladders: readonly (readonly [Remedy, readonly string[]])[] = [
    ['clear-halt', ['open', 'clear-halt', 'clear-halt']],
    ['soft-reset', ['open', 'clear-halt', 'clear-halt', 'soft-reset']],
    ['port-reset', ['open', 'clear-halt', 'clear-halt', 'soft-reset', 'port-reset', 'open']],
  ];
  for (const [remedy, log] of ladders) {
    test(`is brought back by ${remedy}`, async (t) => {
      const { port, printer, clock } = await start(t);
      printer.deafen(remedy);
      const started = port.startDocPort(doc, never());
      await clock.advance(20_000);
      assert.equal((await started).kind, 'started');
      assert.deepEqual(printer.log, log);
      await writeAll(port, pattern(10));
      assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'sent');
    });
  }
});

test('no moment is one at which what a printer says is lost', async (t) => {
  const { clock, port, printer } = await start(t);
  await port.startDocPort(doc, never());
  for (let second = 1; second <= 60; second += 1) {
    await clock.advance(1_000);
    printer.say(`word ${second}`);
    const said = await port.readPort(100, never());
    assert.equal(Buffer.from(said).toString(), `word ${second}`);
  }
  await port.endDocPort({ discard: false }, never());
});
