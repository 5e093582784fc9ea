// QEMU's half of usbredir, as far as tests of the emulated devices need it.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { TcpConnection } from '../../hal/contract.ts';
import type { EmulatedUsbDevice } from '../../tools/emulators/usb-printer/device.ts';
import { serveUsbRedir } from '../../tools/emulators/usb-printer/usb-redir.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

export interface UsbRedirMessage {
  readonly type: number;
  readonly id: bigint;
  readonly body: Uint8Array;
}

export const usbRedirTypes = { cancel: 21, control: 100, bulk: 101 } as const;

const at = { address: '127.0.0.1', port: 3240 } as const;
const helloBytes = 12 + 68;
const headBytes = 16;

/** Reads so many bytes of what the emulator sends. */
export function readerOf(
  connection: Pick<TcpConnection, 'read'>,
): (sizeBytes: number) => Promise<Buffer> {
  let held = Buffer.alloc(0);
  return async (sizeBytes) => {
    while (held.length < sizeBytes) {
      const part = await connection.read();
      assert.ok(part, 'the emulator ended the connection');
      held = Buffer.concat([held, part]);
    }
    const taken = held.subarray(0, sizeBytes);
    held = held.subarray(sizeBytes);
    return taken;
  };
}

/** Serves the device, connects to it, and reads how it describes itself. */
export async function connectUsbRedir(
  t: TestContext,
  device: EmulatedUsbDevice,
  clock = new VirtualClock(),
) {
  const tcp = createFakeNetwork({ clock });
  const server = await serveUsbRedir(tcp, at, device);
  const connection = await tcp.connect({ host: at.address, port: at.port, timeoutMs: 1_000 });
  atEnd(t, async () => {
    connection.reset();
    await server.close();
  });
  const read = readerOf(connection);
  const hello = await read(helloBytes);
  assert.deepEqual([hello.readUInt32LE(0), hello.readUInt32LE(4)], [0, 68]);
  await connection.write(hello);
  const next = async () => {
    const head = await read(headBytes);
    const body = await read(head.readUInt32LE(4));
    return { type: head.readUInt32LE(0), id: head.readBigUInt64LE(8), body };
  };
  const first = [await next(), await next(), await next()];
  assert.deepEqual(
    first.map(({ type }) => type),
    [4, 5, 1],
  );
  assert.equal(first[2]?.body.readUInt16LE(4), device.model.vendorId);
  /** All in one piece, as they lie in a socket that was not read for a while. */
  const send = (...messages: readonly UsbRedirMessage[]) =>
    connection.write(Buffer.concat(messages.map(bytesOf)));
  return { connection, next, send };
}

export function bulk(
  id: bigint,
  endpoint: number,
  what: { readonly maxBytes: number } | Uint8Array,
): UsbRedirMessage {
  const [length, data] =
    'maxBytes' in what ? [what.maxBytes, Buffer.alloc(0)] : [what.length, what];
  const header = Buffer.alloc(10);
  header[0] = endpoint;
  header.writeUInt16LE(length & 0xffff, 2);
  header.writeUInt16LE(length >>> 16, 8);
  return { type: usbRedirTypes.bulk, id, body: Buffer.concat([header, data]) };
}

export function control(
  id: bigint,
  setup: {
    readonly requestType: number;
    readonly request: number;
    readonly index?: number;
    readonly length?: number;
  },
): UsbRedirMessage {
  const { requestType, request, index = 0, length = 0 } = setup;
  const header = Buffer.alloc(10);
  header.set([requestType & 0x80, request, requestType]);
  header.writeUInt16LE(index, 6);
  header.writeUInt16LE(length, 8);
  return { type: usbRedirTypes.control, id, body: header };
}

export function cancel(id: bigint): UsbRedirMessage {
  return { type: usbRedirTypes.cancel, id, body: new Uint8Array(0) };
}

function bytesOf({ type, id, body }: UsbRedirMessage): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(body.length, 4);
  head.writeBigUInt64LE(id, 8);
  return Buffer.concat([head, body]);
}
