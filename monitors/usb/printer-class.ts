// The requests of the printer class (USB Device Class Definition for Printing Devices 1.1, 4.2).
import type { UsbInterface } from '../../hal/contract.ts';
import { type DeviceId, deviceIdLimits, parseDeviceId } from '../wire/ieee1284/device-id.ts';
import type { Hindrance } from '../device-port/device.ts';
import { warningOf } from '../ports/reasons.ts';

const getDeviceId = 0;
const getPortStatus = 1;
const softReset = 2;

const paperEmptyBit = 0x20;
const selectedBit = 0x10;
const noErrorBit = 0x08;

export interface UsbPrinterStatus {
  readonly paperEmpty: boolean;
  readonly selected: boolean;
  readonly error: boolean;
}

/** Undefined where the printer's answer holds no id. */
export async function askDeviceId(
  usbInterface: UsbInterface,
  timeoutMs: number,
): Promise<DeviceId | undefined> {
  const { number, alternate } = usbInterface.info;
  // Here the interface is in the high byte of the index, and the alternate setting in the low one.
  const request = { request: getDeviceId, value: 0, index: (number << 8) | alternate };
  const said = await usbInterface.controlIn(
    { type: 'class', ...request },
    deviceIdLimits.bytes,
    timeoutMs,
  );
  return parseDeviceId(said.subarray(0, deviceIdLimits.bytes));
}

/** Undefined where the printer answers with nothing. */
export async function askPortStatus(
  usbInterface: UsbInterface,
  timeoutMs: number,
): Promise<UsbPrinterStatus | undefined> {
  const request = { request: getPortStatus, value: 0, index: usbInterface.info.number };
  const [status] = await usbInterface.controlIn({ type: 'class', ...request }, 1, timeoutMs);
  if (status === undefined) return undefined;
  return {
    paperEmpty: (status & paperEmptyBit) !== 0,
    selected: (status & selectedBit) !== 0,
    error: (status & noErrorBit) === 0,
  };
}

export async function requestSoftReset(
  usbInterface: UsbInterface,
  timeoutMs: number,
): Promise<void> {
  const request = { request: softReset, value: 0, index: usbInterface.info.number };
  await usbInterface.controlOut({ type: 'class', ...request }, timeoutMs);
}

export function hindranceOfStatus(status: UsbPrinterStatus): Hindrance | undefined {
  if (status.paperEmpty) {
    return { reasons: [warningOf('media-empty')], message: 'the printer is out of paper' };
  }
  if (!status.selected) {
    return { reasons: [warningOf('offline-report')], message: 'the printer is off-line' };
  }
  if (!status.error) return undefined;
  return { reasons: [warningOf('other')], message: 'the printer reports an error' };
}
