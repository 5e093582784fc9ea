// USB through the library `usb`; what is plugged in, the kernel's device tree tells, unasked.
/// <reference types="w3c-web-usb" />
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { createFreeInterface, type FreeInterface, linuxUsbDetach } from './usb-detach.ts';

const deviceTree = '/sys/bus/usb/devices';
/** Hubs at the root are `usb1`, interfaces `1-1:1.0`. */
const deviceName = /^\d+-\d+(\.\d+)*$/;
const endpointNumberMask = 0x0f;
const inBit = 0x80;
const printerClass = 7;
/** What the kernel calls the driver of an interface that a program has. */
const userspaceDriver = 'usbfs';

/** Rejects where the library can't be loaded on this machine. */
export async function loadUsbLibrary(): Promise<void> {
  await import('usb/index.js');
}

export function createLinuxUsb(): UsbHost {
  const inUse = new Set<string>();
  const free = createFreeInterface(linuxUsbDetach);
  return { list: listDevices, open: (device, info) => openUnused(inUse, free, device, info) };
}

/** One that is open here is busy, without asking the kernel. */
async function openUnused(
  inUse: Set<string>,
  free: FreeInterface,
  device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
  info: UsbInterfaceInfo,
): Promise<UsbInterface> {
  const key = `${device.bus}:${device.address}:${info.number}`;
  if (inUse.has(key)) throw new HalError('busy', `USB device ${device.path}`);
  inUse.add(key);
  try {
    const opened = await openInterface(free, device, info);
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
  free: FreeInterface,
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
    const freed = await free(wanted, info.number);
    if (freed === 'busy') throw new HalError('busy', subject);
    if (freed === 'unknown') await detach(device, wanted.path, info.number);
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

/**
 * Where the kernel can't free an interface by itself: the library's request to detach a driver
 * takes it from another program just as well, whose driver is usbfs. Such a one is left alone, and
 * claiming says that it is busy.
 */
async function detach(device: UsbDevice, path: string, interfaceNumber: number): Promise<void> {
  const driver = await driverOf(path, interfaceNumber);
  if (driver === undefined || driver === userspaceDriver) return;
  try {
    await device.detachKernelDriver(interfaceNumber);
  } catch {
    // It let go by itself in between; if not, claiming says what is wrong.
  }
}

/** Undefined: none has it (IPP over USB, or a kernel without usblp). */
async function driverOf(path: string, interfaceNumber: number): Promise<string | undefined> {
  const folder = join(deviceTree, path);
  try {
    const configuration = (await readFile(join(folder, 'bConfigurationValue'), 'utf8')).trim();
    const name = `${path}:${configuration}.${interfaceNumber}`;
    return basename(await readlink(join(deviceTree, name, 'driver')));
  } catch {
    // No link: no driver.
    return undefined;
  }
}

function usbInterface(device: UsbDevice, info: UsbInterfaceInfo, subject: string): UsbInterface {
  let isClosed = false;
  const underWay = new Set<Promise<unknown>>();
  const transfer = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    try {
      return await named(subject, work);
    } catch (error) {
      if (isClosed) throw new HalError('closed', subject, { cause: error });
      throw error;
    } finally {
      underWay.delete(work);
    }
  };
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
      transfer(device.nativeTransferOut(endpoint & endpointNumberMask, timeoutMs, bytes)),
    async transferIn(endpoint, maxBytes, timeoutMs) {
      try {
        const number = endpoint & endpointNumberMask;
        const said = await transfer(device.nativeTransferIn(number, timeoutMs, maxBytes));
        return said ?? new Uint8Array(0);
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
        () => endTransfers(device, info.number, underWay),
        () => device.releaseInterface(info.number),
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

/**
 * The library gives an interface back only when no transfer uses it any more, and can't end one
 * before its time. Where one is under way the interface is surely ours: taking it from ourselves
 * ends the transfer.
 */
async function endTransfers(
  device: UsbDevice,
  interfaceNumber: number,
  underWay: ReadonlySet<Promise<unknown>>,
): Promise<void> {
  if (underWay.size === 0) return;
  await device.detachKernelDriver(interfaceNumber);
  // Nobody may wait for a controller that hangs.
  const patience = new AbortController();
  const late = sleep(limits.transferEndMs, undefined, { signal: patience.signal, ref: false });
  await Promise.race([Promise.allSettled(underWay), late.catch(() => {})]);
  patience.abort();
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
