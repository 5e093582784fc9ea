// What a USB printer is known by, so that twins are not mixed up: serial number, 1284 serial,
// socket.
import type { UsbDeviceInfo } from '../../hal/contract.ts';
import { type DeviceId, parseDeviceId } from '../wire/ieee1284/device-id.ts';
import { isWorthlessSerial, quirksOf } from './quirks.ts';

/**
 * `usb://1209:f020/serial/PLT1`, `usb://1209:f020/sn/PLT1` (of the 1284 id), `usb://path/1-1.4`.
 */
export type DeviceKey = string;

export const deviceKeyPattern =
  /^usb:\/\/(path\/\d+-\d+(\.\d+)*|[0-9a-f]{4}:[0-9a-f]{4}\/(serial|sn)\/[A-Za-z0-9%_.!~*'()-]+)$/;

/** One that is plugged in. */
export interface KnownDevice {
  readonly key: DeviceKey;
  readonly device: UsbDeviceInfo;
  readonly id: DeviceId | undefined;
}

/** All keys by which a device can be named, the one that it is given first. */
export function keysOf(device: UsbDeviceInfo, id: DeviceId | undefined): readonly DeviceKey[] {
  const kind = `usb://${modelIdOf(device)}`;
  const keys: DeviceKey[] = [];
  if (hasOwnSerial(device)) {
    keys.push(`${kind}/serial/${encodeURIComponent(device.serialNumber ?? '')}`);
  }
  if (id?.serialNumber !== undefined && !isWorthlessSerial(id.serialNumber)) {
    keys.push(`${kind}/sn/${encodeURIComponent(id.serialNumber)}`);
  }
  return [...keys, `usb://path/${device.path}`];
}

/** Vendor and product: `1209:f020`. */
export function modelIdOf({ vendorId, productId }: UsbDeviceInfo): string {
  return `${hex(vendorId)}:${hex(productId)}`;
}

/** Without a serial number of its own a device has to be asked for its 1284 id. */
export function hasOwnSerial(device: UsbDeviceInfo): boolean {
  const { serialNumber } = device;
  if (serialNumber === undefined || isWorthlessSerial(serialNumber)) return false;
  return !quirksOf(device).has('serial-is-not-unique') && isText(serialNumber);
}

/** Gives each device the first of its keys that no other has. */
export function nameDevices(
  devices: readonly { readonly device: UsbDeviceInfo; readonly id: DeviceId | undefined }[],
): readonly KnownDevice[] {
  const counts = new Map<DeviceKey, number>();
  for (const { device, id } of devices) {
    for (const key of keysOf(device, id)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return devices.map(({ device, id }) => ({
    key: keysOf(device, id).find((key) => counts.get(key) === 1) ?? `usb://path/${device.path}`,
    device,
    id,
  }));
}

/** The id that the kernel has of it, if it has one. */
export function idFromKernel({ ieee1284Id }: UsbDeviceInfo): DeviceId | undefined {
  return ieee1284Id === undefined ? undefined : parseDeviceId(Buffer.from(`  ${ieee1284Id}`));
}

function hex(number: number): string {
  return number.toString(16).padStart(4, '0');
}

/** encodeURIComponent refuses halves of surrogate pairs, and a device may send them. */
function isText(text: string): boolean {
  return text.isWellFormed();
}
