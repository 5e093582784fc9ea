// Opens the printer that a port names, and brings it back where it does not answer.
import type { Clock, UsbDeviceInfo, UsbInterface, UsbInterfaceInfo } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import type { LocalDevices } from '../contract.ts';
import type { DeviceOpened, NotStarted } from '../device-port/device.ts';
import { warningOf } from '../ports/reasons.ts';
import { createUsbPortDevice } from './device.ts';
import type { UsbFinder } from './finder.ts';
import { ippInterfaces, type Pipes, pipesOf, printerInterface } from './interfaces.ts';
import { usbMonitorLimits as limits } from './limits.ts';
import { type Quirk, quirksOf } from './quirks.ts';
import { climb } from './reset-ladder.ts';

export interface OpenPrinterOptions {
  readonly devices: Pick<LocalDevices, 'listUsb' | 'openUsb'>;
  readonly finder: UsbFinder;
  readonly clock: Clock;
}

interface Choice {
  readonly device: UsbDeviceInfo;
  readonly info: UsbInterfaceInfo;
  readonly pipes: Pipes;
  readonly quirks: ReadonlySet<Quirk>;
}

export async function openUsbPrinter(
  options: OpenPrinterOptions,
  key: string,
  signal: AbortSignal,
): Promise<DeviceOpened> {
  const first = await choose(options, key);
  if ('kind' in first) return first;
  const opened = await openAndClimb(options, first);
  if (opened !== undefined) return usable(options, first, opened);
  await reappearance(options, first.device, signal);
  const second = await choose(options, key);
  if ('kind' in second) return second;
  const again = await openAndClimb(options, second);
  if (again !== undefined) return usable(options, second, again);
  const message = 'the printer does not answer, not even after a reset of its port';
  return { kind: 'waiting', reasons: [warningOf('timed-out')], message };
}

async function choose({ finder }: OpenPrinterOptions, key: string): Promise<Choice | NotStarted> {
  const [device, ...twins] = await finder.find(key);
  if (device === undefined) return waiting('the printer is not plugged in, or off');
  if (twins.length > 0) {
    return waiting('two printers have this serial number: name the port by its socket instead');
  }
  const info = printerInterface(device);
  const pipes = info && pipesOf(info);
  if (info !== undefined && pipes !== undefined) {
    return { device, info, pipes, quirks: quirksOf(device) };
  }
  const message =
    ippInterfaces(device).length > 0
      ? 'this device takes documents by IPP over USB only: set the protocol of its port to ipp'
      : 'this device has no interface for documents';
  return { kind: 'failed', status: 'ERROR_NOT_SUPPORTED', message };
}

/** Undefined: its port was reset. */
async function openAndClimb(
  { devices }: OpenPrinterOptions,
  { device, info, pipes, quirks }: Choice,
): Promise<UsbInterface | undefined> {
  const usbInterface = await devices.openUsb(device, info);
  try {
    if ((await climb({ usbInterface, pipes, quirks })) === 'answers') return usbInterface;
  } catch (error) {
    await usbInterface.close();
    throw error;
  }
  await usbInterface.close();
  return undefined;
}

function usable(
  { devices, clock }: OpenPrinterOptions,
  { device, pipes, quirks }: Choice,
  usbInterface: UsbInterface,
): DeviceOpened {
  const isThere = async () => {
    const present = await devices.listUsb();
    return present.some(({ path, address }) => path === device.path && address === device.address);
  };
  const portDevice = createUsbPortDevice({ usbInterface, pipes, quirks, clock, isThere });
  return { kind: 'opened', device: portDevice };
}

/** After a reset a device may be gone for a moment. */
async function reappearance(
  { devices, clock }: OpenPrinterOptions,
  { path }: UsbDeviceInfo,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = clock.monotonicMs() + limits.reappearMs;
  for (;;) {
    const present = await devices.listUsb();
    if (present.some((device) => device.path === path)) return;
    if (clock.monotonicMs() >= untilMs) throw new HalError('device-gone', `USB device ${path}`);
    await sleep(clock, limits.lookEachMs, signal);
  }
}

function waiting(message: string): NotStarted {
  return { kind: 'waiting', reasons: [warningOf('offline-report')], message };
}
