// USB through the library `usb`; what is plugged in, the kernel's device tree tells, unasked.
/// <reference types="w3c-web-usb" />
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsbDevice } from 'usb/index.js';
import type {
  UsbDeviceInfo,
  UsbHost,
  UsbInterface,
  UsbInterfaceInfo,
  UsbRequest,
} from '../contract.ts';
import { HalError, type HalErrorCode, toHalError } from '../errors.ts';
import { usbLimits as limits } from './limits.ts';
import { parseInterfaces } from './usb-descriptors.ts';

const deviceTree = '/sys/bus/usb/devices';
/** Hubs at the root are `usb1`, interfaces `1-1:1.0`. */
const deviceName = /^\d+-\d+(\.\d+)*$/;
const endpointNumberMask = 0x0f;
const inBit = 0x80;
const printerClass = 7;

/** Rejects where the library can't be loaded on this machine. */
export async function loadUsbLibrary(): Promise<void> {
  await import('usb/index.js');
}

export function createLinuxUsb(): UsbHost {
  const inUse = new Set<string>();
  return { list: listDevices, open: (device, info) => openUnused(inUse, device, info) };
}

/**
 * Taking an interface from whoever has it ends what is under way on it, by the kernel's own rule;
 * of those that are open here each is left alone. (The library keeps an interface for a while after
 * it was released, so a claim alone does not say that it is in use.)
 */
async function openUnused(
  inUse: Set<string>,
  device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
  info: UsbInterfaceInfo,
): Promise<UsbInterface> {
  const key = `${device.bus}:${device.address}:${info.number}`;
  if (inUse.has(key)) throw new HalError('busy', `USB device ${device.path}`);
  inUse.add(key);
  try {
    const opened = await openInterface(device, info);
    return {
      ...opened,
      async close() {
        await opened.close();
        inUse.delete(key);
      },
    };
  } catch (error) {
    inUse.delete(key);
    throw error;
  }
}

async function listDevices(): Promise<readonly UsbDeviceInfo[]> {
  let names: readonly string[];
  try {
    names = await readdir(deviceTree);
  } catch (error) {
    const failure = toHalError(error, deviceTree);
    // A machine without USB; the library would fail on it in ways that can't be caught.
    if (failure.code === 'not-found') return [];
    throw failure;
  }
  const devices = names.filter((name) => deviceName.test(name)).slice(0, limits.devices);
  const found = await Promise.all(devices.map(readDevice));
  return found
    .filter((device) => device !== undefined)
    .toSorted((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

/** Undefined for one that was unplugged while it was being looked at. */
async function readDevice(path: string): Promise<UsbDeviceInfo | undefined> {
  const folder = join(deviceTree, path);
  const text = async (name: string): Promise<string | undefined> => {
    try {
      const said = await readFile(join(folder, name), 'utf8');
      return said.slice(0, limits.textBytes).replace(/\n$/, '');
    } catch {
      // The file is absent where the device has no such string, and when it is unplugged.
      return undefined;
    }
  };
  const [bus, address, vendorId, productId, configuration] = await Promise.all(
    ['busnum', 'devnum', 'idVendor', 'idProduct', 'bConfigurationValue'].map(text),
  );
  const [manufacturer, product, serialNumber] = await Promise.all(
    ['manufacturer', 'product', 'serial'].map(text),
  );
  const descriptors = await descriptorsIn(folder);
  if (bus === undefined || address === undefined || descriptors === undefined) return undefined;
  const interfaces = parseInterfaces(descriptors, Number(configuration ?? 0));
  const printer = interfaces.find(({ classCode }) => classCode === printerClass);
  const driverFolder = `../${path}:${configuration}.${printer?.number}`;
  return {
    path,
    bus: Number(bus),
    address: Number(address),
    vendorId: Number.parseInt(vendorId ?? '0', 16),
    productId: Number.parseInt(productId ?? '0', 16),
    manufacturer,
    product,
    serialNumber,
    ieee1284Id: printer && (await text(`${driverFolder}/ieee1284_id`)),
    interfaces,
  };
}

async function descriptorsIn(folder: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await readFile(join(folder, 'descriptors'));
    return bytes.subarray(0, limits.descriptorBytes);
  } catch {
    // It was unplugged between the two looks.
    return undefined;
  }
}

async function openInterface(
  wanted: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
  info: UsbInterfaceInfo,
): Promise<UsbInterface> {
  const subject = `USB device ${wanted.path}`;
  // Loaded by the first device that is opened, when there surely is a device tree.
  const { nativeGetDevices } = await import('usb/index.js');
  const devices = await named(subject, nativeGetDevices());
  const device = devices.find(
    ({ bus, address }) => Number(bus) === wanted.bus && address === wanted.address,
  );
  if (device === undefined) throw new HalError('device-gone', subject);
  await named(subject, device.open());
  try {
    await detach(device, info.number);
    await named(subject, device.claimInterface(info.number));
    if (info.alternate > 0) {
      await named(subject, device.selectAlternateInterface(info.number, info.alternate));
    }
  } catch (error) {
    await device.close();
    throw error;
  }
  return usbInterface(device, info, subject);
}

async function detach(device: UsbDevice, interfaceNumber: number): Promise<void> {
  try {
    await device.detachKernelDriver(interfaceNumber);
  } catch {
    // No driver has it (IPP over USB, or a kernel without usblp): claiming it says what is wrong.
  }
}

function usbInterface(device: UsbDevice, info: UsbInterfaceInfo, subject: string): UsbInterface {
  let isClosed = false;
  let lastIn: Promise<unknown> = Promise.resolve();
  return {
    info,
    controlIn: async (request, maxBytes, timeoutMs) => {
      const setup = setupOf(request);
      const answer = device.nativeControlTransferIn(setup, timeoutMs, maxBytes);
      return (await named(subject, answer)) ?? new Uint8Array(0);
    },
    async controlOut(request, timeoutMs) {
      await named(subject, device.nativeControlTransferOut(setupOf(request), timeoutMs));
    },
    transferOut: (endpoint, bytes, timeoutMs) =>
      named(subject, device.nativeTransferOut(endpoint & endpointNumberMask, timeoutMs, bytes)),
    async transferIn(endpoint, maxBytes, timeoutMs) {
      try {
        const number = endpoint & endpointNumberMask;
        const transfer = device.nativeTransferIn(number, timeoutMs, maxBytes);
        lastIn = Promise.allSettled([transfer]);
        return (await named(subject, transfer)) ?? new Uint8Array(0);
      } catch (error) {
        if (error instanceof HalError && error.code === 'timed-out') return undefined;
        throw error;
      }
    },
    clearHalt: (endpoint) =>
      named(
        subject,
        device.clearHalt((endpoint & inBit) === 0 ? 'out' : 'in', endpoint & endpointNumberMask),
      ),
    resetPort: () => named(subject, device.reset()),
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const step of [
        () => device.releaseInterface(info.number),
        // The library gives the interface back only when no transfer uses it any more.
        () => lastIn,
        () => device.attachKernelDriver(info.number),
        () => device.close(),
      ]) {
        try {
          await step();
        } catch {
          // The device is gone, or no driver wants the interface: the next step is due all the
          // same.
        }
      }
    },
  };
}

function setupOf({ type, request, value, index }: UsbRequest): USBControlTransferParameters {
  return { requestType: type, recipient: 'interface', request, value, index };
}

/** The library has words for errors, and no codes (nusb's TransferError and its kinds of error). */
const wordings: readonly { readonly words: RegExp; readonly code: HalErrorCode }[] = [
  { words: /stall/i, code: 'stalled' },
  { words: /disconnected|no such device|not found|ENODEV/i, code: 'device-gone' },
  { words: /cancelled|timed? ?out/i, code: 'timed-out' },
  { words: /permission|access/i, code: 'permission-denied' },
  { words: /busy/i, code: 'busy' },
  { words: /invalid state/i, code: 'closed' },
  { words: /fault|unknown|i\/o/i, code: 'io-error' },
];

async function named<T>(subject: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const code = wordings.find(({ words }) => words.test(said))?.code ?? 'other';
    throw new HalError(code, subject, { cause: error, detail: said });
  }
}
