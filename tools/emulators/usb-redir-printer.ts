// Runs an emulated USB printer for QEMU: node tools/emulators/usb-redir-printer.ts --help.
import { runEmulator } from './usb-printer/command-line.ts';
import { serveUsbRedir } from './usb-printer/usb-redir.ts';

await runEmulator({
  help: `An emulated USB printer, plugged into a guest of QEMU's by usbredir:
  qemu-system-x86_64 … -device qemu-xhci -device usb-redir,chardev=printer
    -chardev socket,id=printer,host=127.0.0.1,port=PORT,reconnect=1
`,
  serve: serveUsbRedir,
});
