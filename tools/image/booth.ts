// What scenarios on a booted image share: the box, its USB printer, a printer on its network.
import { randomBytes } from 'node:crypto';
import { copyFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { sleep } from '../../hal/time.ts';
import { startRawPrinter, type RawPrinter } from '../emulators/raw-printer/printer.ts';
import { nullSink } from '../emulators/raw-printer/sink.ts';
import { makeModel } from '../emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../emulators/usb-printer/printer.ts';
import { serveUsbRedir } from '../emulators/usb-printer/usb-redir.ts';
import { BoxClient } from './box-client.ts';
import { type ImageName, mibBytes } from './contract.ts';
import { freePorts, type Machine, powerOn } from './machine.ts';

export interface Booth {
  readonly image: ImageName;
  readonly folder: string;
  /** A copy of the image on a larger medium. */
  readonly disk: string;
  readonly usb: EmulatedUsbPrinter;
  readonly network: RawPrinter;
  readonly client: BoxClient;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Powers the box on. */
  start(): Promise<Machine>;
  /** Powers the box on and waits until it says that it is ready. */
  boot(): Promise<{ readonly machine: Machine; readonly seconds: number; readonly ready: string }>;
  close(): Promise<void>;
}

export const bootTimeoutMs = 600_000;
/** How the guest sees the loopback of this machine, in QEMU's own network. */
export const hostInGuest = '10.0.2.2';
const readyMark = '"ready":true';
const mediumMib = 3072;

export async function openBooth(options: {
  readonly image: ImageName;
  readonly imageFile: string;
  readonly folder: string;
  readonly onLine: (line: string) => void;
}): Promise<Booth> {
  const { image, folder, onLine } = options;
  const hal = createLinuxHal({ wallTrusted: () => false });
  const { clock, tcp } = hal;
  const disk = join(folder, 'disk');
  await copyFile(options.imageFile, disk);
  await truncate(disk, mediumMib * mibBytes);
  const model = makeModel('raw', { serialNumber: 'REDIR1' });
  const usb = new EmulatedUsbPrinter({ model, clock });
  const at = { address: '127.0.0.1', port: 0 };
  const redir = await serveUsbRedir(tcp, at, usb);
  const network = await startRawPrinter({ tcp, clock, ...at, openSink: nullSink });
  const ports = await freePorts();
  let machine: Machine | undefined;
  const start = async (): Promise<Machine> => {
    const chardev = `socket,id=redir,host=127.0.0.1,port=${redir.local.port},reconnect=1`;
    machine = await powerOn({
      image,
      disk,
      folder,
      forwarded: ports,
      onLine,
      devices: [
        '-device',
        'qemu-xhci,id=usb',
        '-chardev',
        chardev,
        '-device',
        'usb-redir,chardev=redir,bus=usb.0',
      ],
    });
    return machine;
  };
  return {
    image,
    folder,
    disk,
    usb,
    network,
    client: new BoxClient(ports),
    nowMs: () => clock.monotonicMs(),
    pause: (ms) => sleep(clock, ms),
    start,
    async boot() {
      const startMs = clock.monotonicMs();
      const started = await start();
      const ready = await started.said(readyMark, bootTimeoutMs);
      return { machine: started, seconds: (clock.monotonicMs() - startMs) / 1000, ready };
    },
    async close() {
      await machine?.kill();
      await redir.close();
      await network.close();
    },
  };
}

export function makeDocument(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

/** Looks until it is as wanted. */
export async function until<T>(
  booth: Booth,
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 120_000,
): Promise<T> {
  const untilMs = booth.nowMs() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (booth.nowMs() > untilMs) throw new Error(`${what} took too long`);
    await booth.pause(200);
  }
}
