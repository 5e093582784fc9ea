// The USB printers that are plugged in, by their keys; one is asked for its id only if it must be.
import type { UsbDeviceInfo } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { LocalDevices } from '../contract.ts';
import type { DeviceId } from '../wire/ieee1284/device-id.ts';
import { hasOwnSerial, idFromKernel, keysOf, type KnownDevice, nameDevices } from './identity.ts';
import { ippInterfaces, isPrinter, printerInterface } from './interfaces.ts';
import { usbMonitorLimits as limits } from './limits.ts';
import { askDeviceId } from './printer-class.ts';

export interface UsbFinder {
  list(): Promise<readonly KnownDevice[]>;
  /** All that have the key: more than one where twins have one serial number. */
  find(key: string): Promise<readonly UsbDeviceInfo[]>;
}

export function createUsbFinder(devices: Pick<LocalDevices, 'listUsb' | 'openUsb'>): UsbFinder {
  /** By socket and address, which a device has for as long as it is plugged in. */
  let asked: ReadonlyMap<string, DeviceId | undefined> = new Map();
  let lastLook: Promise<unknown> = Promise.resolve();

  /** One at a time: two that ask a printer would be in each other's way. */
  const inTurn = () => {
    const turn = lastLook.then(look);
    // The next look does not care how this one ended; its caller does.
    lastLook = turn.catch(() => {});
    return turn;
  };
  const look = async () => {
    const present = (await devices.listUsb()).filter(isPrinter);
    const known = new Map<string, DeviceId | undefined>();
    const found = [];
    for (const device of present) {
      const plugging = `${device.path}@${device.address}`;
      let id = idFromKernel(device);
      if (id === undefined && !hasOwnSerial(device)) {
        id = asked.has(plugging) ? asked.get(plugging) : await ask(devices, device);
        known.set(plugging, id);
      }
      found.push({ device, id });
    }
    asked = known;
    return found;
  };

  return {
    list: async () => nameDevices(await inTurn()),
    async find(key) {
      const found = await inTurn();
      return found
        .filter(({ device, id }) => keysOf(device, id).includes(key))
        .map(({ device }) => device);
    },
  };
}

async function ask(
  devices: Pick<LocalDevices, 'openUsb'>,
  device: UsbDeviceInfo,
): Promise<DeviceId | undefined> {
  const info = printerInterface(device) ?? ippInterfaces(device)[0];
  if (info === undefined) return undefined;
  try {
    const usbInterface = await devices.openUsb(device, info);
    try {
      return await askDeviceId(usbInterface, limits.answerMs);
    } finally {
      await usbInterface.close();
    }
  } catch (error) {
    if (!isHalError(error)) throw error;
    // In use, gone, or without an id: then its socket names it.
    return undefined;
  }
}
