// Carries an emulated USB device to QEMU (device usb-redir): the host's half of usbredir 0.7.
import type { SocketAddress, Tcp, TcpConnection, TcpListener } from '../../../hal/contract.ts';
import { createByteReader, createByteWriter } from './byte-reader.ts';
import { bulkPacketBytes, type EmulatedModel, endpointsOf } from './descriptors.ts';
import {
  controlEndpoint,
  controlTransfer,
  type EmulatedUsbDevice,
  unsayEnd,
  untilUnplugged,
} from './device.ts';
import { createTransfers, type Transfers } from './transfers.ts';

const types = {
  hello: 0,
  deviceConnect: 1,
  reset: 3,
  interfaceInfo: 4,
  endpointInfo: 5,
  setConfiguration: 6,
  getConfiguration: 7,
  configurationStatus: 8,
  setAlternate: 9,
  getAlternate: 10,
  alternateStatus: 11,
  cancelPacket: 21,
  controlPacket: 100,
  bulkPacket: 101,
} as const;

const statuses = { success: 0, cancelled: 1, stall: 4 } as const;
/**
 * connect_device_version, ep_info_max_packet_size, 64bits_ids, 32bits_bulk_length: QEMU's xHCI
 * insists on the last two.
 */
const capabilities = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 6);
const versionBytes = 64;
const slots = 32;
const inSlot = 16;
const inBit = 0x80;
const highSpeed = 2;
const noEndpoint = 255;
/** QEMU has no more reading transfers of an endpoint under way. */
const saidKept = 64;
const bulk = 2;
/** With an id of 64 bits; the first message of each side has one of 32. */
const headerBytes = { hello: 12, other: 16 } as const;
const controlHeaderBytes = 10;
const bulkHeaderBytes = 10;
const longestMessageBytes = 64 * 1024 * 1024;

/** The device is in the guest while somebody is connected and it is plugged in. */
export function serveUsbRedir(
  tcp: Tcp,
  at: SocketAddress,
  device: EmulatedUsbDevice,
): Promise<TcpListener> {
  let isTaken = false;
  return tcp.listen({
    ...at,
    backlog: 1,
    onConnection(connection) {
      if (isTaken || !device.isPlugged) return connection.reset();
      isTaken = true;
      void serve(connection, device).finally(() => {
        isTaken = false;
      });
    },
  });
}

type Send = (type: number, id: bigint, header: Uint8Array, data?: Uint8Array) => void;

async function serve(connection: TcpConnection, device: EmulatedUsbDevice): Promise<void> {
  const reader = createByteReader(connection);
  const write = createByteWriter(connection);
  const transfers = createTransfers();
  const send: Send = (type, id, header, data = new Uint8Array(0)) => {
    const head = Buffer.alloc(type === types.hello ? headerBytes.hello : headerBytes.other);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(header.length + data.length, 4);
    if (type !== types.hello) head.writeBigUInt64LE(id, 8);
    write(head, header, data);
  };
  const session: Session = { device, transfers, send, said: new Map() };
  void untilUnplugged(device).then(() => connection.reset());
  try {
    send(types.hello, 0n, helloOf());
    let size: number = headerBytes.hello;
    for (let head = await reader.read(size); head !== undefined; head = await reader.read(size)) {
      const length = head.readUInt32LE(4);
      if (length > longestMessageBytes) break;
      const body = await reader.read(length);
      if (body === undefined) break;
      const id = size === headerBytes.other ? head.readBigUInt64LE(8) : 0n;
      size = headerBytes.other;
      obey({ type: head.readUInt32LE(0), id, body }, session);
    }
  } catch {
    // The guest is gone; the device waits for the next one.
  }
  transfers.cancelAll();
  connection.reset();
}

interface Message {
  readonly type: number;
  readonly id: bigint;
  readonly body: Buffer;
}

interface Session {
  readonly device: EmulatedUsbDevice;
  readonly transfers: Transfers;
  readonly send: Send;
  /** What was said of late on each endpoint, the newest last. */
  readonly said: Map<number, readonly Said[]>;
}

interface Said {
  readonly id: bigint;
  readonly bytes: Buffer;
}

/**
 * QEMU drops what comes for a transfer that it has cancelled; on a bus it would not have gone. It
 * cancels all of an endpoint at once, so what was said after it was dropped too.
 */
function takeBack(id: bigint, { device, said }: Session): void {
  for (const [endpoint, all] of said) {
    const at = all.findLastIndex((each) => each.id === id);
    if (at < 0) continue;
    said.set(endpoint, all.slice(0, at));
    for (const { bytes } of all.slice(at).toReversed()) device.unsay(endpoint, bytes);
  }
}

function obey(message: Message, session: Session): void {
  const { type, id, body } = message;
  const { device, transfers, send } = session;
  const [first = 0, second = 0] = body;
  switch (type) {
    case types.hello:
      return announce(device.model, send);
    case types.reset:
      session.said.clear();
      return device.reset();
    case types.setConfiguration:
      return send(types.configurationStatus, id, Uint8Array.of(statuses.success, first));
    case types.getConfiguration:
      return send(types.configurationStatus, id, Uint8Array.of(statuses.success, 1));
    case types.setAlternate:
      device.selectAlternate(first, second);
      return send(types.alternateStatus, id, Uint8Array.of(statuses.success, first, second));
    case types.getAlternate: {
      const alternate = device.alternateOf(first);
      return send(types.alternateStatus, id, Uint8Array.of(statuses.success, first, alternate));
    }
    case types.controlPacket:
      return control(message, session);
    case types.bulkPacket:
      return bulkTransfer(message, session);
    case types.cancelPacket:
      if (!transfers.cancel(String(id))) takeBack(id, session);
      return;
    default:
      // What is of no use to a device needs no answer.
      return;
  }
}

function control({ id, body }: Message, { device, transfers, send }: Session): void {
  const header = Buffer.from(body.subarray(0, controlHeaderBytes));
  const [, request = 0, requestType = 0] = header;
  const setup = {
    request,
    requestType,
    value: header.readUInt16LE(4),
    index: header.readUInt16LE(6),
    length: header.readUInt16LE(8),
  };
  const isIn = (requestType & inBit) !== 0;
  const answer = (status: number, lengthBytes: number, data?: Uint8Array) => {
    header[3] = status;
    header.writeUInt16LE(lengthBytes, 8);
    send(types.controlPacket, id, header, data);
  };
  transfers.run({
    endpoint: controlEndpoint,
    id: String(id),
    work: (signal) => controlTransfer(device, setup, signal),
    answer(end) {
      const data = end.kind === 'done' ? end.value : new Uint8Array(0);
      const status = end.kind === 'done' ? statuses.success : statuses.stall;
      if (isIn) answer(status, data.length, data);
      else answer(status, body.length - controlHeaderBytes);
    },
    onCancel: () => answer(statuses.cancelled, 0),
  });
}

function bulkTransfer({ id, body }: Message, session: Session): void {
  const { device, transfers, send, said } = session;
  const [endpoint = 0] = body;
  const length = body.readUInt16LE(2) | (body.readUInt16LE(8) << 16);
  const answer = (status: number, lengthBytes: number, data?: Uint8Array) =>
    send(types.bulkPacket, id, bulkHeader(endpoint, status, lengthBytes), data);
  const transfer = {
    endpoint,
    id: String(id),
    onCancel: () => answer(statuses.cancelled, 0),
  };
  if ((endpoint & inBit) === 0) {
    const data = body.subarray(bulkHeaderBytes);
    transfers.run({
      ...transfer,
      work: (signal) => device.bulkOut(endpoint, data, signal),
      answer(end) {
        if (end.kind === 'stall') answer(statuses.stall, 0);
        else answer(statuses.success, end.value);
      },
    });
    return;
  }
  transfers.run({
    ...transfer,
    work: (signal) => device.bulkIn(endpoint, length, signal),
    answer(end) {
      if (end.kind === 'stall') return answer(statuses.stall, 0);
      const before = said.get(endpoint) ?? [];
      said.set(endpoint, [...before.slice(1 - saidKept), { id, bytes: end.value }]);
      answer(statuses.success, end.value.length, end.value);
    },
    undo: (end) => unsayEnd(device, endpoint, end),
  });
}

function bulkHeader(endpoint: number, status: number, length: number): Buffer {
  const header = Buffer.alloc(bulkHeaderBytes);
  header.set([endpoint, status]);
  header.writeUInt16LE(length & 0xffff, 2);
  header.writeUInt16LE(length >>> 16, 8);
  return header;
}

function helloOf(): Buffer {
  const hello = Buffer.alloc(versionBytes + 4);
  hello.write('platen emulator');
  hello.writeUInt32LE(capabilities, versionBytes);
  return hello;
}

function announce(model: EmulatedModel, send: Send): void {
  const first = model.interfaces.filter(({ alternate }) => alternate === 0);
  const info = Buffer.alloc(4 + 4 * slots);
  info.writeUInt32LE(first.length);
  const endpoints = Buffer.alloc(3 * slots + 2 * slots);
  endpoints.fill(noEndpoint, 0, slots);
  setEndpoint(endpoints, 0, 0, 0, 64);
  setEndpoint(endpoints, inSlot, 0, 0, 64);
  for (const [at, each] of first.entries()) {
    info[4 + at] = each.number;
    info[4 + slots + at] = each.classCode;
    info[4 + 2 * slots + at] = each.subclass;
    info[4 + 3 * slots + at] = each.protocol;
    for (const address of endpointsOf(each)) {
      const slot = (address & 0x0f) + ((address & inBit) === 0 ? 0 : inSlot);
      setEndpoint(endpoints, slot, bulk, each.number, bulkPacketBytes);
    }
  }
  send(types.interfaceInfo, 0n, info);
  send(types.endpointInfo, 0n, endpoints);
  const connect = Buffer.alloc(10);
  connect[0] = highSpeed;
  connect.writeUInt16LE(model.vendorId, 4);
  connect.writeUInt16LE(model.productId, 6);
  connect.writeUInt16LE(model.release, 8);
  send(types.deviceConnect, 0n, connect);
}

/** Types, intervals, interfaces, then sizes; a slot a pipe. */
function setEndpoint(
  table: Buffer,
  slot: number,
  type: number,
  interfaceNumber: number,
  packetBytes: number,
): void {
  table[slot] = type;
  table[2 * slots + slot] = interfaceNumber;
  table.writeUInt16LE(packetBytes, 3 * slots + 2 * slot);
}
