// Answers on one endpoint leave in the order of the requests: QEMU, which has several transfers of
// an endpoint under way, ends itself at any other.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeModel } from '../../tools/emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../../tools/emulators/usb-printer/printer.ts';
import { createTransfers } from '../../tools/emulators/usb-printer/transfers.ts';
import { EmulatedUsbSerial } from '../../tools/emulators/usb-serial/adapter.ts';
import { VirtualClock } from '../world/clock.ts';
import { bulk, cancel, connectUsbRedir, control, usbRedirTypes } from './usb-redir-host.ts';

const lines = {
  on: { cts: true, dsr: true, dcd: true },
  ctsOff: { cts: false, dsr: true, dcd: true },
} as const;
const serialIn = 0x81;
const serialOut = 0x02;
const printerIn = 0x82;
const maxBytes = 512;

describe('transfers', () => {
  /** Transfers that end when they are told to, and what came of them. */
  function start() {
    const transfers = createTransfers();
    const log: string[] = [];
    const ends = new Map<string, () => void>();
    const ask = (id: string, endpoint = 1) =>
      transfers.run({
        endpoint,
        id,
        async work() {
          log.push(`begin ${id}`);
          const { promise, resolve } = Promise.withResolvers<void>();
          ends.set(id, resolve);
          await promise;
        },
        answer: () => void log.push(`answer ${id}`),
        undo: () => void log.push(`undo ${id}`),
        onCancel: () => void log.push(`cancel ${id}`),
      });
    const end = async (id: string) => {
      ends.get(id)?.();
      await new Promise(setImmediate);
    };
    const said = () => log.splice(0);
    return { transfers, ask, end, said };
  }

  test('of one endpoint begin and are answered one after the other', async () => {
    const { ask, end, said } = start();
    for (const id of ['a', 'b', 'c']) ask(id);
    assert.deepEqual(said(), ['begin a']);
    await end('a');
    assert.deepEqual(said(), ['answer a', 'begin b']);
    await end('b');
    await end('c');
    assert.deepEqual(said(), ['answer b', 'begin c', 'answer c']);
  });

  test('of another endpoint do not wait', async () => {
    const { ask, end, said } = start();
    ask('a', 1);
    ask('b', 2);
    await end('b');
    assert.deepEqual(said(), ['begin a', 'begin b', 'answer b']);
  });

  test('that are given up are not answered, and hold nobody up', async () => {
    const { transfers, ask, end, said } = start();
    for (const id of ['a', 'b', 'c']) ask(id);
    assert.equal(transfers.cancel('b'), true);
    assert.equal(transfers.cancel('a'), true);
    assert.equal(transfers.cancel('a'), false);
    await end('a');
    await end('c');
    assert.deepEqual(said(), ['begin a', 'cancel b', 'cancel a', 'undo a', 'begin c', 'answer c']);
  });

  test('may have the name of one that was given up and has not ended yet', async () => {
    const { transfers, ask, end, said } = start();
    ask('a');
    transfers.cancel('a');
    ask('a');
    await end('a');
    await end('a');
    assert.deepEqual(said(), ['begin a', 'cancel a', 'undo a', 'begin a', 'answer a']);
  });

  test('end unanswered with their connection', async () => {
    const { transfers, ask, end, said } = start();
    ask('a');
    ask('b');
    transfers.cancelAll();
    await end('a');
    assert.deepEqual(said(), ['begin a', 'undo a']);
  });
});

describe('by usbredir', () => {
  test('a reading transfer that comes while the adapter wakes does not overtake', async (t) => {
    const device = new EmulatedUsbSerial();
    const { next, send } = await connectUsbRedir(t, device);
    await send(bulk(1n, serialIn, { maxBytes }));
    assert.equal((await next()).id, 1n);
    await send(bulk(2n, serialIn, { maxBytes }));
    await send(bulk(3n, serialOut, Buffer.alloc(4)), bulk(4n, serialIn, { maxBytes }));
    assert.equal((await next()).id, 3n);
    device.setLines(lines.ctsOff);
    assert.equal((await next()).id, 2n);
    device.setLines(lines.on);
    assert.equal((await next()).id, 4n);
  });

  test('what waits for CTS is taken and answered in its order', async (t) => {
    const device = new EmulatedUsbSerial();
    const { next, send } = await connectUsbRedir(t, device);
    const rtsCts = { requestType: 0x40, request: 2, index: 0x0100 };
    await send(control(1n, rtsCts));
    assert.equal((await next()).id, 1n);
    device.setLines(lines.ctsOff);
    const parts = ['one', 'two', 'three'].map((text) => Buffer.from(text));
    await send(...parts.map((part, at) => bulk(BigInt(at + 2), serialOut, part)));
    await device.until(({ pending }) => pending > 0);
    await send(cancel(3n));
    const given = await next();
    assert.deepEqual([given.id, given.body[0], given.body[1]], [3n, serialOut, 1]);
    device.setLines(lines.on);
    assert.deepEqual([(await next()).id, (await next()).id], [2n, 4n]);
    assert.equal(device.record().bytes, 'onethree'.length);
  });

  async function connectPrinter(t: Parameters<typeof connectUsbRedir>[0]) {
    const clock = new VirtualClock();
    const model = makeModel('raw', { serialNumber: 'S1' });
    const printer = new EmulatedUsbPrinter({ model, clock });
    return { printer, ...(await connectUsbRedir(t, printer, clock)) };
  }

  test('a reading transfer that comes while the printer wakes does not overtake', async (t) => {
    const { printer, next, send } = await connectPrinter(t);
    await send(bulk(1n, printerIn, { maxBytes }));
    await send(bulk(2n, 0x01, Buffer.alloc(4)), bulk(3n, printerIn, { maxBytes }));
    assert.equal((await next()).id, 2n);
    printer.say('first');
    const first = await next();
    assert.deepEqual([first.id, first.body.toString('latin1', 10)], [1n, 'first']);
    printer.say('second');
    assert.equal((await next()).id, 3n);
  });

  test('two answers that a guest gave up under way are said again in their order', async (t) => {
    const { printer, next, send } = await connectPrinter(t);
    const words = async () => (await next()).body.toString('latin1', 10);
    await send(bulk(1n, printerIn, { maxBytes }), bulk(2n, printerIn, { maxBytes }));
    printer.say('first');
    printer.say('second');
    assert.deepEqual([await words(), await words()], ['first', 'second']);
    await send(cancel(1n), cancel(2n));
    await send(bulk(1n, printerIn, { maxBytes }), bulk(2n, printerIn, { maxBytes }));
    assert.deepEqual([await words(), await words()], ['first', 'second']);
  });

  test('a request that a printer never answers is given up, the next is answered', async (t) => {
    const { printer, next, send } = await connectPrinter(t);
    const portStatus = { requestType: 0xa1, request: 1, length: 1 };
    printer.behave({ deaf: true });
    await send(control(1n, portStatus), cancel(1n));
    const given = await next();
    assert.deepEqual([given.type, given.id, given.body[3]], [usbRedirTypes.control, 1n, 1]);
    printer.behave({});
    await send(control(1n, portStatus));
    const status = await next();
    assert.deepEqual([status.id, status.body[3], status.body[10]], [1n, 0, 0x18]);
  });
});
