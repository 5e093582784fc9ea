// Carries an emulated USB device to a kernel's vhci-hcd: a USB/IP server (Documentation/usb/
// usbip_protocol.rst of Linux).
import type { SocketAddress, Tcp, TcpConnection, TcpListener } from '../../../hal/contract.ts';
import { createByteReader, type ByteReader, createByteWriter } from './byte-reader.ts';
import type { EmulatedModel } from './descriptors.ts';
import {
  controlEndpoint,
  controlTransfer,
  type EmulatedUsbDevice,
  type TransferEnd,
  unsayEnd,
  untilUnplugged,
} from './device.ts';
import { createTransfers, type Transfers } from './transfers.ts';

export const usbIpBusId = '1-1';

const version = 0x0111;
const operations = { importRequest: 0x8003, importReply: 3, listRequest: 0x8005, listReply: 5 };
const commands = { submit: 1, unlink: 2, submitReply: 3, unlinkReply: 4 } as const;
const busIdBytes = 32;
const pathBytes = 256;
const deviceBytes = 312;
const headerBytes = 48;
const highSpeed = 3;
const inBit = 0x80;
const longestTransferBytes = 16 * 1024 * 1024;
/** Negative errno values of Linux, as the protocol carries them. */
const errors = { stall: -32, unlinked: -104 } as const;

export function serveUsbIp(
  tcp: Tcp,
  at: SocketAddress,
  device: EmulatedUsbDevice,
): Promise<TcpListener> {
  let isTaken = false;
  return tcp.listen({
    ...at,
    backlog: 4,
    onConnection: (connection) =>
      void serve(connection, device, () => {
        if (isTaken) return undefined;
        isTaken = true;
        return () => {
          isTaken = false;
        };
      }),
  });
}

/** Takes the device for one connection; undefined where another has it. */
type Take = () => (() => void) | undefined;

async function serve(
  connection: TcpConnection,
  device: EmulatedUsbDevice,
  take: Take,
): Promise<void> {
  const reader = createByteReader(connection);
  try {
    const head = await reader.read(8);
    const operation = head?.readUInt16BE(2);
    if (operation === operations.listRequest) {
      await connection.write(deviceList(device));
      return await connection.close();
    }
    if (operation !== operations.importRequest) return connection.reset();
    const busId = (await reader.read(busIdBytes))?.toString('latin1').replace(/\0.*/s, '');
    const free = busId === usbIpBusId && device.isPlugged ? take() : undefined;
    if (free === undefined) {
      await connection.write(operationHeader(operations.importReply, 1));
      return await connection.close();
    }
    try {
      const reply = operationHeader(operations.importReply, 0);
      await connection.write(Buffer.concat([reply, deviceOf(device.model)]));
      await carry(connection, reader, device);
    } finally {
      free();
    }
  } catch {
    // The kernel at the other end is gone; the device waits for the next one.
  }
  connection.reset();
}

interface Session {
  readonly device: EmulatedUsbDevice;
  readonly transfers: Transfers;
  readonly write: (...parts: readonly Uint8Array[]) => void;
}

async function carry(
  connection: TcpConnection,
  reader: ByteReader,
  device: EmulatedUsbDevice,
): Promise<void> {
  const transfers = createTransfers();
  const session = { device, transfers, write: createByteWriter(connection) };
  const unplugged = untilUnplugged(device).then(() => connection.reset());
  try {
    for (;;) {
      const header = await reader.read(headerBytes);
      if (header === undefined) return;
      const command = header.readUInt32BE(0);
      if (command === commands.unlink) unlink(header, session);
      else if (command === commands.submit) await submit(header, reader, session);
      else return;
    }
  } finally {
    transfers.cancelAll();
    // It only waits for the device, which may stay plugged in.
    void unplugged;
  }
}

async function submit(header: Buffer, reader: ByteReader, session: Session): Promise<void> {
  const { device, transfers, write } = session;
  const sequence = header.readUInt32BE(4);
  const isIn = header.readUInt32BE(12) === 1;
  const endpoint = header.readUInt32BE(16);
  const length = header.readUInt32BE(24);
  if (length > longestTransferBytes) throw new Error('a transfer is too long');
  const data = isIn ? Buffer.alloc(0) : ((await reader.read(length)) ?? Buffer.alloc(0));
  const reply = (end: TransferEnd<number>, answer?: Uint8Array) => {
    const head = Buffer.alloc(headerBytes);
    head.writeUInt32BE(commands.submitReply, 0);
    head.writeUInt32BE(sequence, 4);
    head.writeInt32BE(end.kind === 'stall' ? errors.stall : 0, 20);
    head.writeUInt32BE(end.kind === 'stall' ? 0 : end.value, 24);
    head.writeInt32BE(-1, 32);
    write(head, answer ?? new Uint8Array(0));
  };
  const id = String(sequence);
  if (endpoint === controlEndpoint) {
    const setup = setupOf(header.subarray(40));
    return transfers.run({
      endpoint,
      id,
      work: (signal) => controlTransfer(device, setup, signal),
      answer(end) {
        if (end.kind === 'stall') reply(end);
        else if (isIn) reply({ kind: 'done', value: end.value.length }, end.value);
        else reply({ kind: 'done', value: data.length });
      },
    });
  }
  if (!isIn) {
    const work = (signal: AbortSignal) => device.bulkOut(endpoint, data, signal);
    return transfers.run({ endpoint, id, work, answer: reply });
  }
  transfers.run({
    endpoint: endpoint | inBit,
    id,
    work: (signal) => device.bulkIn(endpoint | inBit, length, signal),
    answer(end) {
      if (end.kind === 'stall') reply(end);
      else reply({ kind: 'done', value: end.value.length }, end.value);
    },
    undo: (end) => unsayEnd(device, endpoint | inBit, end),
  });
}

function unlink(header: Buffer, { transfers, write }: Session): void {
  const wasUnderWay = transfers.cancel(String(header.readUInt32BE(20)));
  const head = Buffer.alloc(headerBytes);
  head.writeUInt32BE(commands.unlinkReply, 0);
  head.writeUInt32BE(header.readUInt32BE(4), 4);
  head.writeInt32BE(wasUnderWay ? errors.unlinked : 0, 20);
  write(head);
}

function setupOf(bytes: Buffer) {
  const [requestType = 0, request = 0] = bytes;
  return {
    requestType,
    request,
    value: bytes.readUInt16LE(2),
    index: bytes.readUInt16LE(4),
    length: bytes.readUInt16LE(6),
  };
}

function operationHeader(code: number, status: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(version, 0);
  head.writeUInt16BE(code, 2);
  head.writeUInt32BE(status, 4);
  return head;
}

function deviceList(device: EmulatedUsbDevice): Buffer {
  const count = Buffer.alloc(4);
  const reply = operationHeader(operations.listReply, 0);
  if (!device.isPlugged) return Buffer.concat([reply, count]);
  count.writeUInt32BE(1);
  const interfaces = firstSettings(device.model).map(({ classCode, subclass, protocol }) =>
    Buffer.from([classCode, subclass, protocol, 0]),
  );
  return Buffer.concat([reply, count, deviceOf(device.model), ...interfaces]);
}

function deviceOf(model: EmulatedModel): Buffer {
  const device = Buffer.alloc(deviceBytes);
  device.write(`/sys/devices/emulated/usb1/${usbIpBusId}`, 0);
  device.write(usbIpBusId, pathBytes);
  let at = pathBytes + busIdBytes;
  for (const number of [1, 2, highSpeed]) at = device.writeUInt32BE(number, at);
  for (const number of [model.vendorId, model.productId, model.release]) {
    at = device.writeUInt16BE(number, at);
  }
  // Class, subclass and protocol are those of the interfaces; configuration 1 of 1.
  device.set([0, 0, 0, 1, 1, firstSettings(model).length], at);
  return device;
}

function firstSettings(model: EmulatedModel) {
  return model.interfaces.filter(({ alternate }) => alternate === 0);
}
