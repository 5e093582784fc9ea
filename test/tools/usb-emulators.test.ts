// The emulated USB printers speak USB/IP and usbredir as their specifications say, byte for byte.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { makeModel } from '../../tools/emulators/usb-printer/models.ts';
import type { Setup } from '../../tools/emulators/usb-printer/device.ts';
import { EmulatedUsbPrinter } from '../../tools/emulators/usb-printer/printer.ts';
import { serveUsbIp } from '../../tools/emulators/usb-printer/usb-ip.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { bulk, cancel, connectUsbRedir, control, readerOf } from './usb-redir-host.ts';
import { atEnd } from '../at-end.ts';

const at = { address: '127.0.0.1', port: 3240 } as const;
const model = makeModel('raw', { serialNumber: 'S1' });
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const never = () => new AbortController().signal;

function makePrinter(): { readonly printer: EmulatedUsbPrinter; readonly clock: VirtualClock } {
  const clock = new VirtualClock();
  return { printer: new EmulatedUsbPrinter({ model, clock }), clock };
}

describe('an emulated USB printer', () => {
  const setup = (requestType: number, request: number, value = 0, length = 255): Setup => ({
    requestType,
    request,
    value,
    index: 0,
    length,
  });

  test('describes itself, and answers the requests of its class', () => {
    const { printer } = makePrinter();
    const device = printer.control(setup(0x80, 6, 0x0100));
    assert.ok(device?.kind === 'done');
    assert.deepEqual([device.value.length, device.value.readUInt16LE(8)], [18, 0x1209]);
    const configuration = printer.control(setup(0x80, 6, 0x0200));
    assert.ok(configuration?.kind === 'done');
    assert.equal(configuration.value.readUInt16LE(2), configuration.value.length);
    const serial = printer.control(setup(0x80, 6, 0x0303));
    assert.equal(serial?.kind === 'done' && serial.value.toString('utf16le', 2), 'S1');
    const id = printer.control(setup(0xa1, 0, 0, 1024));
    assert.ok(id?.kind === 'done');
    assert.equal(id.value.readUInt16BE(0), id.value.length);
    assert.match(id.value.toString('latin1', 2), /^MFG:ZFake;.*SN:S1;$/);
    const status = printer.control(setup(0xa1, 1, 0, 1));
    assert.deepEqual(status, { kind: 'done', value: Buffer.from([0x18]) });
    assert.deepEqual(printer.control(setup(0xa1, 9)), { kind: 'stall' });
    printer.behave({ deaf: true });
    assert.equal(printer.control(setup(0xa1, 1, 0, 1)), undefined);
  });

  test('holds, stalls, is unplugged at a byte, and forgets after a soft reset', async () => {
    const { printer } = makePrinter();
    printer.behave({ holdAtByte: 10 });
    assert.deepEqual(await printer.bulkOut(1, Buffer.alloc(10), never()), {
      kind: 'done',
      value: 10,
    });
    const held = printer.bulkOut(1, Buffer.alloc(5), never());
    assert.equal(printer.record().pending, 1);
    printer.control(setup(0x21, 2));
    assert.deepEqual(await held, { kind: 'done', value: 5 });
    assert.deepEqual([printer.record().bytes, printer.record().softResets], [10, 1]);
    printer.behave({ stallAtByte: 10 });
    assert.deepEqual(await printer.bulkOut(1, Buffer.alloc(5), never()), { kind: 'stall' });
    assert.deepEqual(await printer.bulkOut(1, Buffer.alloc(5), never()), {
      kind: 'done',
      value: 5,
    });
    printer.behave({ unplugAtByte: 18 });
    await printer.bulkOut(1, Buffer.alloc(5), never());
    assert.deepEqual([printer.record().bytes, printer.record().isPlugged], [18, false]);
  });

  test('resets itself at a byte, and says ids of no use', async () => {
    const { printer, clock } = makePrinter();
    printer.behave({ resetAtByte: 3 });
    await printer.bulkOut(1, Buffer.alloc(5), never());
    assert.deepEqual([printer.record().bytes, printer.record().isPlugged], [3, false]);
    await clock.advance(3_000);
    assert.equal(printer.record().isPlugged, true);
    await printer.bulkOut(1, Buffer.alloc(5), never());
    assert.deepEqual([printer.record().bytes, printer.record().isPlugged], [8, true]);
    const idOf = () => {
      const id = printer.control(setup(0xa1, 0, 0, 4096));
      assert.ok(id?.kind === 'done');
      return id.value;
    };
    const own = idOf();
    printer.behave({ deviceId: 'endless' });
    assert.equal(idOf().length, 4096);
    printer.behave({ deviceId: 'garbage' });
    assert.ok(!idOf().includes('MFG'));
    assert.ok(own.includes('MFG'));
  });

  test('takes no more than it was told to in a second', async () => {
    const { printer, clock } = makePrinter();
    printer.behave({ bytesPerSecond: 100 });
    const taken = printer.bulkOut(1, Buffer.alloc(200), never());
    await clock.advance(1_900);
    assert.equal(printer.record().bytes, 0);
    await clock.advance(200);
    await taken;
    assert.equal(printer.record().bytes, 200);
  });
});

describe('USB/IP', () => {
  async function attach(t: TestContext) {
    const { printer, clock } = makePrinter();
    const tcp = createFakeNetwork({ clock });
    const server = await serveUsbIp(tcp, at, printer);
    const connection = await tcp.connect({ host: at.address, port: at.port, timeoutMs: 1_000 });
    atEnd(t, async () => {
      connection.reset();
      await server.close();
    });
    const read = readerOf(connection);
    const request = Buffer.alloc(40);
    request.writeUInt32BE(0x01118003, 0);
    request.write('1-1', 8);
    await connection.write(request);
    const reply = await read(8 + 312);
    assert.deepEqual([reply.readUInt32BE(0), reply.readUInt32BE(4)], [0x01110003, 0]);
    assert.equal(reply.toString('latin1', 8 + 256, 8 + 259), '1-1');
    return { printer, connection, read, tcp };
  }

  /** USBIP_CMD_SUBMIT. */
  function submit(sequence: number, endpoint: number, data: Uint8Array, inBytes?: number): Buffer {
    const head = Buffer.alloc(48);
    head.writeUInt32BE(1, 0);
    head.writeUInt32BE(sequence, 4);
    head.writeUInt32BE(inBytes === undefined ? 0 : 1, 12);
    head.writeUInt32BE(endpoint, 16);
    head.writeUInt32BE(inBytes ?? data.length, 24);
    return Buffer.concat([head, data]);
  }

  test('carries documents, and words back', async (t) => {
    const { printer, connection, read } = await attach(t);
    const bytes = Buffer.from('a document');
    await connection.write(submit(7, 1, bytes));
    const reply = await read(48);
    assert.deepEqual(
      [reply.readUInt32BE(0), reply.readUInt32BE(4), reply.readInt32BE(20), reply.readUInt32BE(24)],
      [3, 7, 0, bytes.length],
    );
    assert.equal(printer.record().sha256, sha256(bytes));
    await connection.write(submit(8, 2, new Uint8Array(0), 64));
    printer.say('ready');
    const answer = await read(48 + 5);
    assert.deepEqual([answer.readUInt32BE(4), answer.readUInt32BE(24)], [8, 5]);
    assert.equal(answer.toString('latin1', 48), 'ready');
  });

  test('a held transfer can be unlinked', async (t) => {
    const { printer, connection, read } = await attach(t);
    printer.behave({ holdAtByte: 0 });
    await connection.write(submit(7, 1, Buffer.alloc(10)));
    await printer.until(({ pending }) => pending === 1);
    const unlink = Buffer.alloc(48);
    unlink.writeUInt32BE(2, 0);
    unlink.writeUInt32BE(9, 4);
    unlink.writeUInt32BE(7, 20);
    await connection.write(unlink);
    const reply = await read(48);
    assert.deepEqual(
      [reply.readUInt32BE(0), reply.readUInt32BE(4), reply.readInt32BE(20)],
      [4, 9, -104],
    );
    await printer.until(({ pending }) => pending === 0);
    assert.equal(printer.record().bytes, 0);
  });

  test('is for one kernel, and ends when the printer is unplugged', async (t) => {
    const { printer, connection, tcp } = await attach(t);
    const other = await tcp.connect({ host: at.address, port: at.port, timeoutMs: 1_000 });
    const request = Buffer.alloc(40);
    request.writeUInt32BE(0x01118003, 0);
    request.write('1-1', 8);
    await other.write(request);
    const refusal = await readerOf(other)(8);
    assert.equal(refusal.readUInt32BE(4), 1);
    printer.unplug();
    await assert.rejects(connection.read());
  });
});

describe('usbredir', () => {
  async function connect(t: TestContext) {
    const { printer, clock } = makePrinter();
    return { printer, ...(await connectUsbRedir(t, printer, clock)) };
  }

  test('carries documents of more than 64 KiB, words back, and requests', async (t) => {
    const { printer, next, send } = await connect(t);
    const bytes = Buffer.alloc(100_000, 'x');
    await send(bulk(1n, 0x01, bytes));
    const reply = await next();
    const length = reply.body.readUInt16LE(2) | (reply.body.readUInt16LE(8) << 16);
    assert.deepEqual([reply.type, reply.id, reply.body[1], length], [101, 1n, 0, bytes.length]);
    assert.equal(printer.record().sha256, sha256(bytes));
    await send(bulk(2n, 0x82, { maxBytes: 64 }));
    printer.say('ready');
    assert.equal((await next()).body.toString('latin1', 10), 'ready');
    await send(control(3n, { requestType: 0xa1, request: 1, length: 1 }));
    const status = await next();
    assert.deepEqual([status.body[3], status.body[10]], [0, 0x18]);
  });

  test('a stall is told, and a held transfer can be cancelled', async (t) => {
    const { printer, next, send } = await connect(t);
    printer.behave({ stallAtByte: 0 });
    await send(bulk(1n, 0x01, Buffer.alloc(3)));
    assert.equal((await next()).body[1], 4);
    printer.behave({ holdAtByte: 0 });
    await send(bulk(2n, 0x01, Buffer.alloc(3)));
    await printer.until(({ pending }) => pending === 1);
    await send(cancel(2n));
    assert.equal((await next()).body[1], 1);
  });

  test('what a guest gave up while it was under way is said again', async (t) => {
    const { printer, next, send } = await connect(t);
    await send(bulk(1n, 0x82, { maxBytes: 64 }));
    printer.say('ready');
    assert.equal((await next()).body.toString('latin1', 10), 'ready');
    await send(cancel(1n));
    await send(bulk(2n, 0x82, { maxBytes: 64 }));
    const again = await next();
    assert.deepEqual([again.id, again.body.toString('latin1', 10)], [2n, 'ready']);
  });

  test('ends when the printer is unplugged', async (t) => {
    const { printer, connection } = await connect(t);
    printer.unplug();
    await assert.rejects(connection.read());
  });
});
