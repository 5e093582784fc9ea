// Runs an emulated USB printer for a kernel: node tools/emulators/usb-ip-printer.ts --help.
import { runEmulator } from './usb-printer/command-line.ts';
import { usbIpBusId, serveUsbIp } from './usb-printer/usb-ip.ts';

await runEmulator({
  help: `An emulated USB printer, plugged into a Linux kernel by USB/IP:
  modprobe vhci-hcd && usbip --tcp-port PORT attach -r HOST -b ${usbIpBusId}
`,
  serve: serveUsbIp,
});
