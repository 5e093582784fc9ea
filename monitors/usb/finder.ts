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
  /**
   * The 1284 id of the one that has the key. It is asked for it once for each time that it is
   * plugged in; undefined where it is not there, has none, or is in use.
   */
  idOf(key: string): Promise<DeviceId | undefined>;
}

interface Found {
  readonly device: UsbDeviceInfo;
  readonly id: DeviceId | undefined;
}

export function createUsbFinder(devices: Pick<LocalDevices, 'listUsb' | 'openUsb'>): UsbFinder {
  /** By socket and address, which a device has for as long as it is plugged in. */
  let asked: ReadonlyMap<string, Answer> = new Map();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: two that ask a printer would be in each other's way. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    // The next look does not care how this one ended; its caller does.
    last = turn.catch(() => {});
    return turn;
  };
  /** Asks those without a serial number of their own, and the one in `socket`. */
  const look = async (socket?: string): Promise<readonly Found[]> => {
    const present = (await devices.listUsb()).filter(isPrinter);
    const known = new Map<string, Answer>();
    const found: Found[] = [];
    for (const device of present) {
      const plugging = `${device.path}@${device.address}`;
      const isWanted = device.path === socket;
      const fromKernel = idFromKernel(device);
      let answer = fromKernel === undefined ? asked.get(plugging) : { id: fromKernel };
      const mustAsk = answer === undefined ? !hasOwnSerial(device) || isWanted : false;
      if (mustAsk || (isWanted && answer?.wasBusy === true)) answer = await ask(devices, device);
      if (answer !== undefined) known.set(plugging, answer);
      found.push({ device, id: answer?.id });
    }
    asked = known;
    return found;
  };
  const having = (found: readonly Found[], key: string) =>
    found.filter(({ device, id }) => keysOf(device, id).includes(key));

  return {
    list: async () => nameDevices(await inTurn(() => look())),
    find: async (key) => having(await inTurn(() => look()), key).map(({ device }) => device),
    idOf: (key) =>
      inTurn(async () => {
        const [one, ...twins] = having(await look(), key);
        if (one === undefined || twins.length > 0) return undefined;
        const found = await look(one.device.path);
        return found.find(({ device }) => device.path === one.device.path)?.id;
      }),
  };
}

/** What a device said of itself, which may be nothing. */
interface Answer {
  readonly id: DeviceId | undefined;
  /** It could not be asked, since somebody used it. */
  readonly wasBusy?: boolean;
}

async function ask(devices: Pick<LocalDevices, 'openUsb'>, device: UsbDeviceInfo): Promise<Answer> {
  const info = printerInterface(device) ?? ippInterfaces(device)[0];
  if (info === undefined) return { id: undefined };
  try {
    const usbInterface = await devices.openUsb(device, info);
    try {
      return { id: await askDeviceId(usbInterface, limits.answerMs) };
    } finally {
      await usbInterface.close();
    }
  } catch (error) {
    if (!isHalError(error)) throw error;
    // In use, gone, or without an id: then its socket names it.
    return { id: undefined, wasBusy: isHalError(error, 'busy') };
  }
}
