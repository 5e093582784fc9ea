// Which interfaces of a USB device print, and which of them to use for what.
import type { UsbDeviceInfo, UsbInterfaceInfo } from '../../hal/contract.ts';
import { quirksOf } from './quirks.ts';

/** USB printing devices 1.1, 4.2: class 7, subclass 1; 4 is IPP over USB. */
const printerClass = 7;
const vendorClass = 0xff;
const printerSubclass = 1;
const protocols = { unidirectional: 1, bidirectional: 2, ieee1284: 3, ippOverUsb: 4 } as const;
const inBit = 0x80;

/** Best first: a way back is worth having, 1284.4 packets are not spoken here. */
const dataProtocols: readonly number[] = [protocols.bidirectional, protocols.unidirectional];

export interface Pipes {
  readonly out: number;
  readonly in: number | undefined;
}

/** The interface for raw documents. */
export function printerInterface(device: UsbDeviceInfo): UsbInterfaceInfo | undefined {
  const usable = printing(device).filter((each) => pipesOf(each) !== undefined);
  return dataProtocols
    .map((protocol) => usable.find((each) => each.protocol === protocol))
    .find((each) => each !== undefined);
}

/** Byte channels for IPP over USB: one request at a time on each. */
export function ippInterfaces(device: UsbDeviceInfo): readonly UsbInterfaceInfo[] {
  return printing(device).filter(
    (each) => each.protocol === protocols.ippOverUsb && pipesOf(each)?.in !== undefined,
  );
}

export function isPrinter(device: UsbDeviceInfo): boolean {
  return printing(device).length > 0;
}

/** The first bulk pipe of each direction; undefined where nothing can be sent. */
export function pipesOf({ endpoints }: UsbInterfaceInfo): Pipes | undefined {
  const bulk = endpoints.filter(({ type }) => type === 'bulk').map(({ address }) => address);
  const out = bulk.find((address) => (address & inBit) === 0);
  return out === undefined ? undefined : { out, in: bulk.find((address) => address >= inBit) };
}

function printing(device: UsbDeviceInfo): readonly UsbInterfaceInfo[] {
  if (quirksOf(device).has('no-documents')) return [];
  const classes = quirksOf(device).has('class-is-wrong')
    ? [printerClass, vendorClass]
    : [printerClass];
  const firstOnly = quirksOf(device).has('no-set-interface');
  return device.interfaces.filter(
    ({ classCode, subclass, alternate }) =>
      classes.includes(classCode) &&
      subclass === printerSubclass &&
      (alternate === 0 || !firstOnly),
  );
}
