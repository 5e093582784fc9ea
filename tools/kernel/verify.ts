// `npm run verify:kernel`: the single file against printers on a real kernel, in a guest of QEMU's.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createLinuxHal } from '../../hal/linux/linux.ts';
import { makeModel } from '../emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../emulators/usb-printer/printer.ts';
import { serveUsbIp } from '../emulators/usb-printer/usb-ip.ts';
import { serveUsbRedir } from '../emulators/usb-printer/usb-redir.ts';
import { ensurePackages, realDebianHost } from '../verify/debian.ts';
import { type Bench, serve } from './bench.ts';
import { startGuest } from './guest.ts';
import { builtPlaten, makeGuestImage } from './image.ts';
import { hostPackages } from './packages.ts';
import { scenarios } from './scenarios.ts';

const USAGE = `usage: npm run verify:kernel [-- [--show] [--only TEXT]…]
  --show        prints what the guest says
  --only TEXT   scenarios whose description has it; those they build on must be named too
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const anyPort = { address: '127.0.0.1', port: 0 } as const;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
// A transfer that an emulated printer holds would keep the process.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      show: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [''] },
    },
  });
  const packages = await ensurePackages(realDebianHost, hostPackages);
  if (packages.state === 'refused') throw new Error(packages.message);
  const folder = join(root, 'build/kernel');
  await mkdir(folder, { recursive: true });
  const image = await makeGuestImage({ root, platen: await builtPlaten(root), folder });
  const ports = await mkdtemp(join(tmpdir(), 'platen-kernel-'));
  try {
    return await runAll(image, ports, values);
  } finally {
    await rm(image.initramfs, { force: true });
    await rm(ports, { recursive: true, force: true });
  }
}

async function runAll(
  image: Awaited<ReturnType<typeof makeGuestImage>>,
  ports: string,
  { show, only }: { readonly show: boolean; readonly only: readonly string[] },
): Promise<number> {
  const hal = createLinuxHal({ wallTrusted: () => false });
  const makePrinter = (serialNumber: string) =>
    new EmulatedUsbPrinter({ model: makeModel('raw', { serialNumber }), clock: hal.clock });
  const redir = makePrinter('REDIR1');
  const overIp = makePrinter('OVERIP1');
  const redirServer = await serveUsbRedir(hal.tcp, anyPort, redir);
  const ipServer = await serveUsbIp(hal.tcp, anyPort, overIp);
  const parallelFile = join(ports, 'parallel');
  const serialFile = join(ports, 'serial');
  for (const file of [parallelFile, serialFile]) await writeFile(file, '');
  const startMs = hal.clock.monotonicMs();
  const guest = await startGuest({
    image,
    devices: [
      ['-device', 'qemu-xhci,id=usb'],
      ['-chardev', `socket,id=redir,host=127.0.0.1,port=${redirServer.local.port},reconnect=1`],
      ['-device', 'usb-redir,chardev=redir,bus=usb.0'],
      ['-chardev', `file,id=serial,path=${serialFile}`],
      ['-device', 'usb-serial,chardev=serial,bus=usb.0'],
      ['-parallel', `file:${parallelFile}`],
    ].flat(),
    ...(show ? { onLine: (line: string) => process.stderr.write(`| ${line}\n`) } : {}),
  });
  const usbIpPort = ipServer.local.port;
  const bench: Bench = { guest, hal, redir, overIp, parallelFile, serialFile, usbIpPort };
  const secondsSince = (sinceMs: number) => ((hal.clock.monotonicMs() - sinceMs) / 1000).toFixed(1);
  try {
    await serve(bench);
    process.stdout.write(`the guest serves after ${secondsSince(startMs)} s\n`);
    for (const { what, run } of scenarios) {
      if (!only.some((text) => what.includes(text))) continue;
      const beganMs = hal.clock.monotonicMs();
      const said = await run(bench);
      process.stdout.write(`ok  ${what} (${secondsSince(beganMs)} s): ${said}\n`);
    }
    return 0;
  } catch (error) {
    const { said } = await guest.attempt('tail -n 20 /tmp/log; dmesg | tail -n 20').catch(() => ({
      said: 'the guest says nothing any more',
    }));
    process.stderr.write(`${said}\n`);
    throw error;
  } finally {
    await guest.end();
    await redirServer.close();
    await ipServer.close();
  }
}
