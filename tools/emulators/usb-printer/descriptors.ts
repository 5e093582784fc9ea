// The descriptors of an emulated USB device (USB 2.0 9.6).

export interface EmulatedInterface {
  readonly number: number;
  readonly alternate: number;
  readonly classCode: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly outEndpoint: number;
  /** With the direction bit; undefined where the printer has no way back. */
  readonly inEndpoint: number | undefined;
}

export interface EmulatedModel {
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  /** Undefined: the device has no such string. */
  readonly serialNumber: string | undefined;
  /** bcdDevice. */
  readonly release: number;
  /** What GET_DEVICE_ID of a printer answers, its two bytes of length included. */
  readonly deviceId: Uint8Array;
  readonly interfaces: readonly EmulatedInterface[];
}

export const bulkPacketBytes = 512;

const usb20 = 0x0200;
const english = Buffer.from([4, 3, 9, 4]);
const selfPowered = 0xc0;

export function deviceDescriptor(model: EmulatedModel): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.set([18, 1]);
  bytes.writeUInt16LE(usb20, 2);
  bytes[7] = 64;
  bytes.writeUInt16LE(model.vendorId, 8);
  bytes.writeUInt16LE(model.productId, 10);
  bytes.writeUInt16LE(model.release, 12);
  bytes.set([1, 2, model.serialNumber === undefined ? 0 : 3, 1], 14);
  return bytes;
}

export function configurationDescriptor({ interfaces }: EmulatedModel): Buffer {
  const body = Buffer.concat(interfaces.map(interfaceDescriptor));
  const numbers = new Set(interfaces.map(({ number }) => number));
  const head = Buffer.from([9, 2, 0, 0, numbers.size, 1, 0, selfPowered, 1]);
  head.writeUInt16LE(head.length + body.length, 2);
  return Buffer.concat([head, body]);
}

export function qualifierDescriptor(): Buffer {
  return Buffer.from([10, 6, 0, 2, 0, 0, 0, 64, 1, 0]);
}

export function stringDescriptor(model: EmulatedModel, index: number): Buffer | undefined {
  if (index === 0) return english;
  const text = [model.manufacturer, model.product, model.serialNumber][index - 1];
  if (text === undefined) return undefined;
  const body = Buffer.from(text, 'utf16le');
  return Buffer.concat([Buffer.from([body.length + 2, 3]), body]);
}

function interfaceDescriptor(each: EmulatedInterface): Buffer {
  const endpoints = endpointsOf(each);
  return Buffer.concat([
    Buffer.from([9, 4, each.number, each.alternate, endpoints.length]),
    Buffer.from([each.classCode, each.subclass, each.protocol, 0]),
    ...endpoints.map((address) => {
      const bytes = Buffer.from([7, 5, address, 2, 0, 0, 0]);
      bytes.writeUInt16LE(bulkPacketBytes, 4);
      return bytes;
    }),
  ]);
}

export function endpointsOf({ outEndpoint, inEndpoint }: EmulatedInterface): readonly number[] {
  return inEndpoint === undefined ? [outEndpoint] : [outEndpoint, inEndpoint];
}

/** GET_DEVICE_ID's answer for a text (IEEE 1284-2000 7.6). */
export function deviceIdOf(text: string): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(2), Buffer.from(text, 'latin1')]);
  bytes.writeUInt16BE(bytes.length);
  return bytes;
}
