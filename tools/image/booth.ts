// What scenarios on a booted image share: the box, and what is plugged in and on its network.
import { randomBytes } from 'node:crypto';
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TcpListener } from '../../hal/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { sleep } from '../../hal/time.ts';
import { type IppPrinter, startIppPrinter } from '../emulators/ipp-printer/printer.ts';
import { startRawPrinter, type RawPrinter } from '../emulators/raw-printer/printer.ts';
import { nullSink } from '../emulators/raw-printer/sink.ts';
import { makeModel } from '../emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../emulators/usb-printer/printer.ts';
import { serveUsbIp, usbIpBusId } from '../emulators/usb-printer/usb-ip.ts';
import { serveUsbRedir } from '../emulators/usb-printer/usb-redir.ts';
import { BoxClient } from './box-client.ts';
import { type ImageName, mibBytes } from './contract.ts';
import { freePorts, type Machine, type MachineOptions, type OnLine, powerOn } from './machine.ts';
import { addProbe, openProbe, type Probe, probeDevices } from './probe.ts';
import { usbIpPrograms } from './usb-ip.ts';

export interface Booth {
  readonly image: ImageName;
  readonly imageFile: string;
  readonly folder: string;
  /** A copy of the image on a larger medium. */
  readonly disk: string;
  /** Raw, by USB. */
  readonly usb: EmulatedUsbPrinter;
  /** With nothing but IPP over USB, and with it beside raw (7/1/2 and 7/1/4). */
  readonly driverless: UsbIppPrinter;
  readonly both: UsbIppPrinter;
  /** As `both`, for a PC that attaches it by the words `usbIpWords` of its usbip. */
  readonly overIp: UsbIppPrinter;
  readonly usbIpWords: string;
  /** What the USB serial adapter sent, and the parallel port of the PC. */
  readonly serialFile: string;
  readonly parallelFile: string;
  readonly network: RawPrinter;
  readonly client: BoxClient;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Powers the box on; one that runs is unplugged before. */
  start(more?: Pick<MachineOptions, 'network'>): Promise<Machine>;
  /** Resolves once it says that it is ready; its administrator is logged in, where there is one. */
  ready(machine: Machine): Promise<Booted>;
  /** Powers the box on and waits until it says that it is ready. */
  boot(): Promise<Booted>;
  /** Makes its administrator, by the code that its console showed. */
  setUp(ready: string): Promise<void>;
  /** Resolves when the box has switched itself off. */
  off(timeoutMs: number): Promise<void>;
  readonly isOn: boolean;
  /** Unplugs the box. */
  kill(): Promise<void>;
  /** The disk has the probe. */
  readonly hasProbe: boolean;
  /** Gives it to a box that is off, where it has none. */
  addProbe(): Promise<void>;
  /** A shell in the running box, where the disk has the probe. */
  probe(): Promise<Probe>;
  close(): Promise<void>;
}

export interface UsbIppPrinter {
  readonly usb: EmulatedUsbPrinter;
  readonly ipp: IppPrinter;
}

export interface Booted {
  /** Since power on. */
  readonly seconds: number;
  /** The line that the console showed. */
  readonly ready: string;
}

export const bootTimeoutMs = 600_000;
/** How the guest sees the loopback of this machine, in QEMU's own network. */
export const hostInGuest = '10.0.2.2';
const readyMark = '"ready":true';
const mediumMib = 3072;
const untilTimeoutMs = 300_000;
const anyPort = { address: '127.0.0.1', port: 0 } as const;

export async function openBooth(options: {
  readonly image: ImageName;
  readonly imageFile: string;
  readonly folder: string;
  readonly onLine: OnLine;
}): Promise<Booth> {
  const { image, imageFile, folder, onLine } = options;
  const hal = createLinuxHal({ wallTrusted: () => false });
  const { clock, tcp } = hal;
  const disk = join(folder, 'disk');
  await copyFile(imageFile, disk);
  await truncate(disk, mediumMib * mibBytes);
  const plugged = await plugIn(hal);
  const serialFile = join(folder, 'serial');
  const parallelFile = join(folder, 'parallel');
  for (const file of [serialFile, parallelFile]) await writeFile(file, '');
  const network = await startRawPrinter({ tcp, clock, ...anyPort, openSink: nullSink });
  const ports = await freePorts();
  const client = new BoxClient(ports);
  const socket = join(folder, 'probe.socket');
  let machine: Machine | undefined;
  let startedAtMs = 0;
  let shell: Probe | undefined;
  let hasProbe = false;
  const kill = async () => {
    shell?.close();
    shell = undefined;
    await machine?.kill();
    machine = undefined;
  };
  const start: Booth['start'] = async (more = {}) => {
    await kill();
    const devices = [
      plugged.devices,
      ['-chardev', `file,id=serial,append=on,path=${serialFile}`],
      ['-device', 'usb-serial,chardev=serial,bus=usb.0'],
      // For its light.
      ['-device', 'usb-kbd,bus=usb.0'],
      image === 'amd64' ? ['-parallel', `file:${parallelFile}`] : [],
      probeDevices(socket),
    ].flat();
    startedAtMs = clock.monotonicMs();
    machine = await powerOn({ image, disk, folder, forwarded: ports, onLine, devices, ...more });
    return machine;
  };
  const readyOf = async (started: Machine): Promise<Booted> => {
    const ready = await started.said(readyMark, bootTimeoutMs);
    const seconds = (clock.monotonicMs() - startedAtMs) / 1000;
    if (client.isSetUp) await client.logIn();
    return { seconds, ready };
  };
  return {
    image,
    imageFile,
    folder,
    disk,
    ...plugged,
    serialFile,
    parallelFile,
    network,
    client,
    get hasProbe() {
      return hasProbe;
    },
    async addProbe() {
      if (hasProbe) return;
      // Debian's usbip that is at hand here is a PC's.
      await addProbe(disk, folder, image === 'amd64' ? await usbIpPrograms() : {});
      hasProbe = true;
    },
    get isOn() {
      return machine !== undefined;
    },
    nowMs: () => clock.monotonicMs(),
    pause: (ms) => sleep(clock, ms),
    start,
    kill,
    ready: readyOf,
    boot: async () => readyOf(await start()),
    async setUp(ready) {
      const code = /"setUpCode":"([^"]+)"/.exec(ready)?.[1];
      if (code === undefined) throw new Error(`the console shows no set-up code: ${ready}`);
      await client.setUp(code);
    },
    async off(timeoutMs) {
      await machine?.off(timeoutMs);
      await kill();
    },
    async probe() {
      shell ??= await openProbe(socket, untilTimeoutMs);
      return shell;
    },
    async close() {
      await kill();
      await plugged.close();
      await network.close();
    },
  };
}

/** Emulated printers, and how QEMU comes by them. */
async function plugIn(hal: Pick<ReturnType<typeof createLinuxHal>, 'tcp' | 'clock'>) {
  const { clock, tcp } = hal;
  const usb = new EmulatedUsbPrinter({
    model: makeModel('raw', { serialNumber: 'REDIR1' }),
    clock,
  });
  const withIpp = async (name: 'ipp' | 'both', serialNumber: string) => {
    const ipp = await startIppPrinter({ tcp, clock, ...anyPort });
    const model = makeModel(name, { serialNumber });
    return {
      ipp,
      usb: new EmulatedUsbPrinter({ model, clock, ipp: { tcp, printer: ipp.local } }),
    };
  };
  const driverless = await withIpp('ipp', 'DRIVERLESS1');
  const both = await withIpp('both', 'BOTH1');
  const overIp = await withIpp('both', 'OVERIP1');
  const overIpServer = await serveUsbIp(tcp, anyPort, overIp.usb);
  const servers: TcpListener[] = [overIpServer];
  const devices = ['-device', 'qemu-xhci,id=usb,p2=8,p3=8'];
  for (const device of [usb, driverless.usb, both.usb]) {
    const server = await serveUsbRedir(tcp, anyPort, device);
    const id = `redir${servers.length}`;
    devices.push(
      '-chardev',
      `socket,id=${id},host=127.0.0.1,port=${server.local.port},reconnect=1`,
      '-device',
      `usb-redir,chardev=${id},bus=usb.0`,
    );
    servers.push(server);
  }
  return {
    usb,
    driverless,
    both,
    overIp,
    usbIpWords: `--tcp-port ${overIpServer.local.port} attach -r ${hostInGuest} -b ${usbIpBusId}`,
    devices,
    async close() {
      for (const server of servers) await server.close();
      for (const { ipp } of [driverless, both, overIp]) await ipp.close();
    },
  };
}

export function makeDocument(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

/** Looks until it is as wanted. */
export async function until<T>(
  booth: Pick<Booth, 'nowMs' | 'pause'>,
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = untilTimeoutMs,
): Promise<T> {
  const untilMs = booth.nowMs() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (booth.nowMs() > untilMs) throw new Error(`${what} took too long`);
    await booth.pause(200);
  }
}
