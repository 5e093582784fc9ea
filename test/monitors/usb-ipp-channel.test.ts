// IPP over USB: a free interface of the printer carries bytes both ways, as a connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { createUsbFinder } from '../../monitors/usb/finder.ts';
import { createIppUsb } from '../../monitors/usb/ipp-channel.ts';
import { bidirectional, FakeUsbHost, FakeUsbPrinter } from '../fakes/usb-printer.ts';
import { VirtualClock } from '../world/clock.ts';
import { pattern } from './port-monitor-suite.ts';
import { devicesOverUsb } from './usb-rig.ts';

const patience = { timeoutMs: 10_000 };
const key = 'usb://1209:f020/serial/PLT0001';

function make(protocol = 4) {
  const clock = new VirtualClock();
  const received: Uint8Array[] = [];
  const printer = new FakeUsbPrinter({
    clock,
    onBytes: (bytes) => received.push(bytes.slice()),
    interfaces: [{ ...bidirectional, protocol }],
  });
  const devices = devicesOverUsb(new FakeUsbHost(printer));
  const ippUsb = createIppUsb({ devices, finder: createUsbFinder(devices), clock });
  return { clock, received, printer, devices, ippUsb };
}

test('bytes go both ways, and the interface is free again a moment later', async () => {
  const { clock, ippUsb, received, printer } = make();
  const connection = await ippUsb.connect(key, patience);
  const bytes = pattern(100_000);
  await connection.write(bytes);
  await connection.endWrite();
  assert.equal(connection.takenBytes, bytes.length);
  assert.ok(Buffer.concat(received).equals(bytes));
  printer.say('HTTP/1.1 200 OK');
  assert.equal(Buffer.from((await connection.read()) ?? []).toString(), 'HTTP/1.1 200 OK');
  await connection.close();
  await (await ippUsb.connect(key, patience)).close();
  assert.deepEqual(printer.log, ['open'], 'the next exchange found it open');
  await clock.advance(3_000);
  assert.equal(printer.openInterfaces, 0);
});

test('what comes while one exchange ends is heard by the next one', async () => {
  const { ippUsb, printer } = make();
  const first = await ippUsb.connect(key, patience);
  const left = assert.rejects(first.read(), (error) => isHalError(error, 'closed'));
  await first.close();
  const second = await ippUsb.connect(key, patience);
  // The transfer of the first one is still under way, and gets this.
  printer.say('HTTP/1.1 200 OK');
  assert.equal(Buffer.from((await second.read()) ?? []).toString(), 'HTTP/1.1 200 OK');
  await left;
  await second.close();
});

test('no moment is one at which what the printer says is lost', async () => {
  const { clock, ippUsb, printer } = make();
  const connection = await ippUsb.connect(key, patience);
  for (let second = 1; second <= 60; second += 1) {
    const read = connection.read();
    await clock.advance(1_000);
    printer.say(`word ${second}`);
    assert.equal(Buffer.from((await read) ?? []).toString(), `word ${second}`);
  }
  await connection.close();
  await ippUsb.release();
});

test('a read that is given up leaves what is said to the next one', async () => {
  const { ippUsb, printer } = make();
  const connection = await ippUsb.connect(key, patience);
  const controller = new AbortController();
  const first = connection.read(controller.signal);
  controller.abort();
  await assert.rejects(first, (error) => isHalError(error, 'aborted'));
  const second = connection.read();
  printer.say('HTTP/1.1 200 OK');
  assert.equal(Buffer.from((await second) ?? []).toString(), 'HTTP/1.1 200 OK');
  await connection.close();
  await ippUsb.release();
});

test('a channel that stayed open is used by its owner alone, and released for others', async () => {
  const { ippUsb, printer } = make();
  await (await ippUsb.connect(key, { ...patience, owner: 'one' })).close();
  const connection = await ippUsb.connect(key, { ...patience, owner: 'two' });
  assert.deepEqual(printer.log, ['open', 'open']);
  await connection.close();
  await ippUsb.release('one');
  assert.equal(printer.openInterfaces, 1);
  await ippUsb.release('two');
  assert.equal(printer.openInterfaces, 0);
});

test('what is left of an exchange that broke off is not part of the next one', async () => {
  const { clock, ippUsb, printer } = make();
  (await ippUsb.connect(key, patience)).reset();
  printer.say('HTTP/1.1 200 the answer to that');
  const again = ippUsb.connect(key, patience);
  await clock.advance(1_000);
  const next = await again;
  printer.say('HTTP/1.1 204');
  const said = Buffer.from((await next.read()) ?? []).toString();
  assert.equal(said, 'HTTP/1.1 204');
  await next.close();
});

test('an interface in use here is waited for; it is busy where it stays so', async () => {
  const { clock, ippUsb } = make();
  const first = await ippUsb.connect(key, patience);
  const second = ippUsb.connect(key, patience);
  await first.close();
  const connection = await second;
  const late = assert.rejects(ippUsb.connect(key, patience), (error) => isHalError(error, 'busy'));
  await clock.advance(patience.timeoutMs);
  await late;
  await connection.close();
});

test('a printer that is not there, or has no such interface, is refused', async () => {
  for (const [other, name] of [
    [make(2).ippUsb, key],
    [make().ippUsb, 'usb://path/9-9'],
  ] as const) {
    await assert.rejects(other.connect(name, patience), (error) => isHalError(error, 'not-found'));
  }
});

test('one that another program has is busy at once, and says who is to blame', async () => {
  const { ippUsb, devices, printer } = make();
  const [info] = printer.info.interfaces;
  assert.ok(info !== undefined);
  const other = await devices.openUsb(printer.info, info);
  await assert.rejects(ippUsb.connect(key, patience), /another program uses the printer/);
  await other.close();
  await (await ippUsb.connect(key, patience)).close();
});

test('an answer without an end costs a reset of the port, and no more', async () => {
  const { clock, ippUsb, printer } = make();
  (await ippUsb.connect(key, patience)).reset();
  printer.saysForEver = true;
  await assert.rejects(ippUsb.connect(key, patience), /no end; its port was reset/);
  assert.deepEqual(printer.log, ['open', 'open', 'port-reset']);
  printer.saysForEver = false;
  printer.say('HTTP/1.1 204');
  const next = ippUsb.connect(key, patience);
  await clock.advance(1_000);
  assert.equal(Buffer.from((await (await next).read()) ?? []).toString(), 'HTTP/1.1 204');
});

test('a printer that holds can be given up', async () => {
  const { ippUsb, printer } = make();
  const connection = await ippUsb.connect(key, patience);
  printer.hold();
  const controller = new AbortController();
  const write = connection.write(pattern(10), controller.signal);
  controller.abort();
  await assert.rejects(write, (error) => isHalError(error, 'aborted'));
  const settled = assert.rejects(connection.settled(), (error) => isHalError(error, 'aborted'));
  connection.reset();
  await settled;
  assert.deepEqual(printer.log, ['open', 'port-reset']);
});

test('an unplugged printer breaks what waits', async () => {
  const { ippUsb, printer } = make();
  const connection = await ippUsb.connect(key, patience);
  const read = assert.rejects(connection.read(), (error) => isHalError(error, 'device-gone'));
  printer.unplug();
  await read;
  await assert.rejects(connection.write(pattern(1)), (error) => isHalError(error, 'device-gone'));
});
