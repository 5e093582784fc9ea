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

/** Takes the first interface of the printer with this serial number, until `end`. */
export async function claimInterface({ guest }: Bench, serial: string) {
  const look = `for each in /sys/bus/usb/devices/*; do
    [ "$(cat $each/serial 2>/dev/null)" = ${serial} ] && cat $each/busnum $each/devnum; done`;
  const [bus = '', device = ''] = (await guest.run(`${look.replaceAll('\n', ' ')}; true`)).split(
    '\n',
  );
  const path = ['/dev/bus/usb', bus.trim().padStart(3, '0'), device.trim().padStart(3, '0')].join(
    '/',
  );
  await guest.run(`usb_claim ${path} 0 >/tmp/claimed 2>&1 &`);
  await guest.run('until [ -s /tmp/claimed ]; do sleep 0.1; done; grep -q claimed /tmp/claimed');
  return { end: async () => void (await guest.run('killall usb_claim')) };
}
