// Reads the descriptors of a USB device as the kernel keeps them (USB 2.0 9.6, 9.5).
import type { UsbEndpointInfo, UsbInterfaceInfo } from '../contract.ts';

const configurationType = 2;
const interfaceType = 4;
const endpointType = 5;
const interfaceBytes = 9;
const endpointBytes = 7;
const endpointTypes = ['control', 'isochronous', 'bulk', 'interrupt'] as const;

interface Growing extends Omit<UsbInterfaceInfo, 'endpoints'> {
  readonly endpoints: UsbEndpointInfo[];
}

/**
 * The interfaces of the configuration with this number, each alternate setting on its own. What is
 * malformed ends the list: a device says what it likes.
 */
export function parseInterfaces(
  descriptors: Uint8Array,
  configuration: number,
): readonly UsbInterfaceInfo[] {
  const found: Growing[] = [];
  let isWanted = false;
  for (const part of descriptorsOf(descriptors)) {
    const [length = 0, type = 0] = part;
    if (type === configurationType) isWanted = part[5] === configuration;
    if (!isWanted) continue;
    if (type === interfaceType && length >= interfaceBytes) found.push(readInterface(part));
    if (type === endpointType && length >= endpointBytes) {
      found.at(-1)?.endpoints.push(readEndpoint(part));
    }
  }
  return found;
}

function* descriptorsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] ?? 0;
    if (length < 2 || at + length > bytes.length) return;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function readInterface(part: Uint8Array): Growing {
  const [, , number = 0, alternate = 0, , classCode = 0, subclass = 0, protocol = 0] = part;
  return { number, alternate, classCode, subclass, protocol, endpoints: [] };
}

function readEndpoint(part: Uint8Array): UsbEndpointInfo {
  const [, , address = 0, attributes = 0, low = 0, high = 0] = part;
  const type = endpointTypes[attributes & 0x03] ?? 'control';
  // Bits 11 and 12 are further packets of high-speed interrupt endpoints.
  return { address, type, maxPacketBytes: ((high << 8) | low) & 0x07ff };
}
