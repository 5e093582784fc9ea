// Scenarios: a document by each way to a printer that the image has.
import { stat } from 'node:fs/promises';
import { type Booth, makeDocument, type UsbIppPrinter } from '../booth.ts';
import { probeFolder } from '../probe.ts';
import type { Scenario } from './contract.ts';
import { shell } from './inside.ts';
import {
  allJobsDone,
  arrivedOnNetwork,
  fileDigest,
  foundPrinter,
  kib,
  netPrinter,
  printByLp,
} from './steps.ts';

export const wayScenarios: readonly Scenario[] = [
  {
    what: 'a USB printer is found by itself, and prints through the kernel',
    short: true,
    async run(booth) {
      const printer = await foundPrinter(booth, 'REDIR1');
      await allJobsDone(booth);
      for (const port of printer.portNames) await booth.client.speakNothing(port);
      // A port that was open with a language ends it at its next job, with bytes of its own.
      await booth.client.print(printer.name, 'first', makeDocument(kib));
      await allJobsDone(booth);
      booth.usb.clear();
      const arrived = async () => booth.usb.record().sha256;
      try {
        return await printByLp(booth, printer.name, 256 * kib, arrived);
      } catch (error) {
        const came = JSON.stringify(booth.usb.record());
        throw new Error(`of ${256 * kib} bytes there came ${came}`, { cause: error });
      }
    },
  },
  {
    what: 'a printer at a USB serial adapter',
    run: (booth) =>
      printsAt(booth, 'COM', 32 * kib, booth.serialFile, 'serial', {
        device: '/dev/ttyUSB0',
        baudRate: 115_200,
        flow: 'none',
      }),
  },
  {
    what: 'a printer with nothing but IPP over USB',
    async run(booth) {
      const { name } = await foundPrinter(booth, 'DRIVERLESS1');
      return printByLp(booth, name, 256 * kib, async () => lastOf(booth.driverless)?.sha256);
    },
  },
  {
    what: 'a printer with IPP over USB beside raw (7/1/4 and 7/1/2)',
    run: (booth) => printsAtBoth(booth, 'BOTH1', booth.both),
  },
  {
    what: 'a printer with several interfaces (7/1/2 beside 7/1/4) by USB/IP',
    images: ['amd64'],
    async run(booth) {
      const probe = await shell(booth);
      const usbip = `LD_LIBRARY_PATH=${probeFolder} ${probeFolder}/usbip`;
      await probe.run(`modprobe vhci_hcd && ${usbip} ${booth.usbIpWords}`);
      return printsAtBoth(booth, 'OVERIP1', booth.overIp);
    },
  },
  {
    what: 'a printer at the parallel port',
    images: ['amd64'],
    run: (booth) =>
      printsAt(booth, 'LPT', 32 * kib, booth.parallelFile, 'parallel', { device: '/dev/lp0' }),
  },
  {
    what: 'a printer on the network',
    async run(booth) {
      const { name } = await netPrinter(booth);
      const before = booth.network.sessions().length;
      const said = await printByLp(booth, name, 256 * kib, async () => {
        const [last] = booth.network.sessions().slice(before);
        return last?.end === 'fin' ? last.sha256 : undefined;
      });
      await arrivedOnNetwork(booth, []);
      return said;
    },
  },
];

const lastOf = ({ ipp }: UsbIppPrinter) => ipp.jobs().at(-1);

/** By the one or the other: the box has one printer for the device. */
async function printsAtBoth(
  booth: Booth,
  serialNumber: string,
  device: UsbIppPrinter,
): Promise<string> {
  const { name, portNames } = await foundPrinter(booth, serialNumber);
  await allJobsDone(booth);
  await booth.client.speakNothingRaw(portNames);
  device.usb.clear();
  return printByLp(booth, name, 256 * kib, async () =>
    device.ipp.jobs().length > 0 ? lastOf(device)?.sha256 : device.usb.record().sha256,
  );
}

async function printsAt(
  booth: Booth,
  name: string,
  sizeBytes: number,
  file: string,
  monitor: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<string> {
  await booth.client.addPrinter(name, monitor, settings);
  await allJobsDone(booth);
  const before = (await stat(file)).size;
  return printByLp(booth, name, sizeBytes, () => fileDigest(file, before));
}
