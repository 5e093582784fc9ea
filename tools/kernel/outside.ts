// What is plugged into the guest from here: emulated printers and an adapter, and their carriers.
import type { Hal } from '../../hal/contract.ts';
import { type IppPrinter, startIppPrinter } from '../emulators/ipp-printer/printer.ts';
import { makeModel, type ModelName } from '../emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../emulators/usb-printer/printer.ts';
import { serveUsbIp } from '../emulators/usb-printer/usb-ip.ts';
import { serveUsbRedir } from '../emulators/usb-printer/usb-redir.ts';
import { EmulatedUsbSerial } from '../emulators/usb-serial/adapter.ts';
import type { Bench, UsbIppPrinter } from './bench.ts';

export interface Outside
  extends Pick<Bench, 'redir' | 'overIp' | 'driverless' | 'both' | 'adapter' | 'usbIpPorts'> {
  /** Where QEMU connects for what it redirects, by name. */
  readonly redirPorts: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const anyPort = { address: '127.0.0.1', port: 0 } as const;

export async function startOutside(hal: Pick<Hal, 'tcp' | 'clock'>): Promise<Outside> {
  const { tcp } = hal;
  const redir = rawPrinter(hal, 'REDIR1');
  const overIp = rawPrinter(hal, 'OVERIP1');
  const driverless = await ippPrinter(hal, 'ipp', 'DRIVERLESS1');
  const both = await ippPrinter(hal, 'both', 'BOTH1');
  const adapter = new EmulatedUsbSerial();
  const redirected = { redir, driverless: driverless.usb, adapter };
  const redirServers = await Promise.all(
    Object.entries(redirected).map(
      async ([name, device]) => [name, await serveUsbRedir(tcp, anyPort, device)] as const,
    ),
  );
  const overIpServer = await serveUsbIp(tcp, anyPort, overIp);
  const bothServer = await serveUsbIp(tcp, anyPort, both.usb);
  const servers = [overIpServer, bothServer, ...redirServers.map(([, server]) => server)];
  return {
    redir,
    overIp,
    driverless,
    both,
    adapter,
    redirPorts: Object.fromEntries(redirServers.map(([name, { local }]) => [name, local.port])),
    usbIpPorts: { overIp: overIpServer.local.port, both: bothServer.local.port },
    async stop() {
      for (const server of servers) await server.close();
      for (const { ipp } of [driverless, both]) await ipp.close();
    },
  };
}

function rawPrinter({ clock }: Pick<Hal, 'clock'>, serialNumber: string): EmulatedUsbPrinter {
  return new EmulatedUsbPrinter({ model: makeModel('raw', { serialNumber }), clock });
}

async function ippPrinter(
  { tcp, clock }: Pick<Hal, 'tcp' | 'clock'>,
  name: ModelName,
  serialNumber: string,
): Promise<UsbIppPrinter> {
  const ipp: IppPrinter = await startIppPrinter({ tcp, clock, ...anyPort });
  const model = makeModel(name, { serialNumber });
  const usb = new EmulatedUsbPrinter({ model, clock, ipp: { tcp, printer: ipp.local } });
  return { usb, ipp };
}
