// Network interfaces with their counters, from /sys/class/net.
import { readdir, readFile } from 'node:fs/promises';
import type { LinkCounters, Links, NetworkLink } from '../links.ts';
import { isHalError, toHalError } from '../errors.ts';

const root = '/sys/class/net';

/** ARPHRD_LOOPBACK of linux/if_arp.h. */
const loopbackType = 772;
/** IFF_UP of linux/if.h. */
const upFlag = 1;

export function createLinuxLinks(): Links {
  return {
    async list() {
      const names = await namesOfLinks();
      const links = await Promise.all(names.map(readLink));
      return links.filter((link) => link !== undefined).toSorted((a, b) => a.index - b.index);
    },
  };
}

async function namesOfLinks(): Promise<readonly string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if (isHalError(toHalError(error, root), 'not-found')) return [];
    throw toHalError(error, root);
  }
}

async function readLink(name: string): Promise<NetworkLink | undefined> {
  const number = async (file: string) => Number((await read(name, file)) ?? Number.NaN);
  const [index, type, flags, mtuBytes, carrier, speedMbps, address, received, sent] =
    await Promise.all([
      number('ifindex'),
      number('type'),
      number('flags'),
      number('mtu'),
      number('carrier'),
      number('speed'),
      read(name, 'address'),
      counters(name, 'rx'),
      counters(name, 'tx'),
    ]);
  if (!Number.isSafeInteger(index) || index < 1) return undefined;
  return {
    index,
    name,
    loopback: type === loopbackType,
    mtuBytes: Number.isSafeInteger(mtuBytes) ? mtuBytes : 0,
    hardwareAddress: macOf(address),
    enabled: (flags & upFlag) !== 0,
    carrier: Number.isNaN(carrier) ? undefined : carrier === 1,
    // A link without a speed says -1, or refuses to be read.
    bitsPerSecond: speedMbps > 0 ? speedMbps * 1_000_000 : undefined,
    received,
    sent,
  };
}

async function counters(name: string, way: 'rx' | 'tx'): Promise<LinkCounters> {
  const count = async (what: string) =>
    Number((await read(name, `statistics/${way}_${what}`)) ?? 0);
  const [bytes, packets, errors, dropped] = await Promise.all([
    count('bytes'),
    count('packets'),
    count('errors'),
    count('dropped'),
  ]);
  return { bytes, packets, errors, dropped };
}

function macOf(text: string | undefined): Uint8Array {
  const bytes = (text ?? '').split(':').map((part) => Number.parseInt(part, 16));
  const isMac = bytes.length === 6 && bytes.every((byte) => byte >= 0 && byte <= 0xff);
  return isMac && bytes.some((byte) => byte !== 0) ? Uint8Array.from(bytes) : new Uint8Array();
}

/** Undefined where the kernel has no answer. */
async function read(name: string, file: string): Promise<string | undefined> {
  try {
    return (await readFile(`${root}/${name}/${file}`, 'latin1')).trim();
  } catch {
    // A file that is not there or refuses to be read is the kernel's way to say nothing.
    return undefined;
  }
}
