// What the serial monitor does with the line: settings, time-outs, lines, and the cable pulled out.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { serialMonitor } from '../../monitors/serial/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { FakeSerialPorts } from '../fakes/serial-port.ts';
import { VirtualClock } from '../world/clock.ts';
import { DocumentRecorder, withDocumentMarks } from './document-marks.ts';
import {
  addPort,
  doc,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  writeAll,
  xcv,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

async function start(t: TestContext, input: Readonly<Record<string, string | number>> = {}) {
  const clock = new VirtualClock();
  const recorder = new DocumentRecorder();
  const serial = new FakeSerialPorts({ onBytes: (bytes) => recorder.push(bytes) });
  const instance = await startInstance({
    module: withDocumentMarks(serialMonitor, recorder),
    clock,
    devices: {
      ...noDevices,
      openSerial: (path, line) => serial.open(path, line),
      listSerial: () => serial.list(),
    },
  });
  atEnd(t, () => instance.shutdown());
  await addPort(instance.monitor, 'COM1', { device: '/dev/ttyUSB0', ...input });
  return { ...instance, clock, recorder, serial };
}

describe('the line', () => {
  test('is opened as it is set, once for many documents, and anew after a change', async (t) => {
    const { monitor, serial } = await start(t, { baudRate: 19_200, flow: 'xon-xoff' });
    const port = await openPort(monitor, 'COM1');
    await print(port, pattern(10));
    await print(port, pattern(10));
    assert.equal(serial.openings, 1);
    const line = { baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1, flow: 'xon-xoff' };
    assert.deepEqual(serial.line, { ...line, dtr: true });
    const config = { name: 'com1', parity: 'even', dataBits: 7 };
    const set = await xcv(monitor).xcvDataPort('SetDefaultCommConfig', config, never());
    assert.equal(set.status, 'ERROR_SUCCESS');
    const { output } = await xcv(monitor, 'COM1').xcvDataPort(
      'GetDefaultCommConfig',
      null,
      never(),
    );
    assert.deepEqual(output, { ...line, parity: 'even', dataBits: 7, dtr: true });
    await print(port, pattern(10));
    assert.equal(serial.openings, 2);
    assert.deepEqual(serial.line, { ...line, parity: 'even', dataBits: 7, dtr: true });
    await port.closePort(never());
    assert.equal(serial.isOpen, false);
  });

  test('has only settings that there are', async (t) => {
    const { monitor } = await start(t);
    const bad = [
      { baudRate: 0 },
      { dataBits: 9 },
      { parity: 'mark' },
      { stopBits: 3 },
      { flow: 1 },
    ];
    for (const change of bad) {
      const input = { name: 'COM1', ...change };
      const { status } = await xcv(monitor).xcvDataPort('SetDefaultCommConfig', input, never());
      assert.equal(status, 'ERROR_INVALID_DATA', JSON.stringify(change));
    }
    for (const device of ['/dev/sda1', '/dev/tty', 'ttyS0', '/dev/ttyS0/..', '/dev/pts/1']) {
      const input = { name: 'COM2', device };
      const { status } = await xcv(monitor).xcvDataPort('AddPort', input, never());
      assert.equal(status, 'ERROR_INVALID_DATA', device);
    }
    const listed = await xcv(monitor).xcvDataPort('ListDevices', null, never());
    assert.deepEqual(listed.output, { devices: [{ device: '/dev/ttyUSB0', driver: 'fake' }] });
  });
});

describe('time-outs', () => {
  test('a write waits 30 s and says which line is off', async (t) => {
    const { monitor, serial, clock } = await start(t);
    const port = await openPort(monitor, 'COM1');
    await port.startDocPort(doc, never());
    serial.hold();
    serial.lines = { cts: false, dsr: false, dcd: false };
    const write = port.writePort(pattern(10_000), never());
    const startedMs = clock.monotonicMs();
    let endedMs = 0;
    void write.then(() => (endedMs = clock.monotonicMs()));
    await clock.advance(40_000);
    const outcome = await write;
    assert.equal(endedMs - startedMs, 30_000);
    assert.equal(outcome.kind, 'waiting');
    assert.match(outcome.kind === 'waiting' ? outcome.message : '', /DSR/);
    assert.equal(outcome.writtenBytes, 4096);
  });

  test('a printer that holds for an hour gets each byte once', async (t) => {
    const { monitor, serial, clock, recorder } = await start(t, { flow: 'xon-xoff' });
    const port = await openPort(monitor, 'COM1');
    const bytes = pattern(20_000);
    await port.startDocPort(doc, never());
    serial.hold();
    let left: Uint8Array = bytes;
    for (let minute = 0; minute < 60; minute++) {
      const write = port.writePort(left, never());
      await clock.advance(60_000);
      const outcome = await write;
      assert.equal(outcome.kind, 'waiting');
      left = left.subarray(outcome.writtenBytes);
    }
    serial.release();
    assert.equal((await writeAll(port, left)).kind, 'written');
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual([end.outcome, end.deliveredBytes], ['sent', bytes.length]);
    assert.ok((await recorder.until(1))[0]?.equals(bytes));
  });

  test('an answer is read until it pauses for 200 ms', async (t) => {
    const { monitor, serial, clock } = await start(t);
    const port = await openPort(monitor, 'COM1');
    await port.startDocPort(doc, never());
    const answer = port.readPort(100, never());
    await clock.advance(1_000);
    serial.say('on');
    await clock.advance(150);
    serial.say(' line');
    await clock.advance(250);
    serial.say('later');
    assert.equal(Buffer.from(await answer).toString(), 'on line');
    await port.endDocPort({ discard: false }, never());
  });

  test('a document whose last bytes are held does not count as sent', async (t) => {
    const { monitor, serial, clock } = await start(t);
    const port = await openPort(monitor, 'COM1');
    await port.startDocPort(doc, never());
    serial.hold();
    assert.equal((await port.writePort(pattern(100), never())).kind, 'written');
    const end = port.endDocPort({ discard: false }, never());
    await clock.advance(90_000);
    const outcome = await end;
    assert.deepEqual([outcome.outcome, outcome.deliveredBytes], ['failed', 100]);
  });
});

describe('a cable', () => {
  test('pulled at each of 100 places fails the document, and the next one is whole', async (t) => {
    const { monitor, serial, recorder } = await start(t);
    const port = await openPort(monitor, 'COM1');
    const bytes = pattern(10_000);
    for (let place = 0; place < 100; place++) {
      serial.plug();
      await port.startDocPort(doc, never());
      serial.breakAfter(place * 100 + 1);
      // The driver may have the last bytes when the cable goes: then the end tells.
      const discard = (await writeAll(port, bytes)).kind === 'failed';
      assert.ok(discard || place > 80);
      const end = await port.endDocPort({ discard }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= place * 100 + 1 && end.deliveredBytes <= bytes.length);
      assert.equal((await port.startDocPort(doc, never())).kind, 'waiting');
    }
    serial.plug();
    await print(port, bytes);
    assert.ok((await recorder.until(1))[0]?.equals(bytes));
  });

  test('pulled between documents is noticed, and plugged again is used', async (t) => {
    const { monitor, serial, clock } = await start(t);
    const port = await openPort(monitor, 'COM1');
    await print(port, pattern(10));
    serial.unplug();
    await clock.advance(1);
    serial.plug();
    await print(port, pattern(10));
    assert.equal(serial.openings, 2);
  });
});
