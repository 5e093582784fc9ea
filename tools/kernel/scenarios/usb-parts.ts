// What the scenarios with USB printers share.
import { usbIpBusId } from '../../emulators/usb-printer/usb-ip.ts';
import type { EmulatedUsbPrinter } from '../../emulators/usb-printer/printer.ts';
import type { Bench } from '../bench.ts';

/** GET_PORT_STATUS: paper empty and selected. */
export const paperOut = 0x30;

/** Options of `port add`, by the printer's serial number. */
export function usbKey(serial: string, product = 'f020'): string {
  return `--monitor usb --device usb://1209:${product}/serial/${serial}`;
}

export function arrivedAt(printer: EmulatedUsbPrinter) {
  printer.clear();
  return async () => {
    const { bytes, sha256 } = printer.record();
    return { bytes, sha256 };
  };
}

/** The host is 10.0.2.2 in QEMU's own network. */
export async function attach({ guest }: Bench, port: number): Promise<void> {
  await guest.run(`usbip --tcp-port ${port} attach -r 10.0.2.2 -b ${usbIpBusId}`);
}
