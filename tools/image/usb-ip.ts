// The program that attaches a USB device by USB/IP, for the shell of the tests in a booted PC.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packagesFolder, unpackedPackage } from '../verify/unpack.ts';

/** By their names in the box: usbip and the library that comes with it. */
export async function usbIpPrograms(): Promise<Readonly<Record<string, string>>> {
  const files = await unpackedPackage('usbip', packagesFolder);
  const found: Record<string, string> = {};
  for (const path of await readdir(files, { recursive: true })) {
    const name = basename(path);
    if (/(^|\/)sbin\/usbip$|\/libusbip\.so\.\d+$/.test(path)) found[name] = join(files, path);
  }
  if (found['usbip'] === undefined) throw new Error(`${files} has no usbip`);
  return found;
}
