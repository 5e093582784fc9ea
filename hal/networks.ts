// Networks by their prefix, and which ones this appliance is in.
import { isIP } from 'node:net';
import { parseIpAddress } from './address.ts';
import type { NetworkInterface } from './contract.ts';

export interface Network {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

/** `10.1.0.0/16`, or an address by itself; undefined where it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [, written = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  // Short forms of addresses mean other networks than they look like: 10.1/16 is 10.0.0.0/16.
  const bytes = isIP(written) === 0 ? undefined : bytesOf(written);
  if (bytes === undefined) return undefined;
  const prefixBits = bits === undefined ? bytes.length * 8 : Number(bits);
  return prefixBits <= bytes.length * 8 ? { bytes, prefixBits } : undefined;
}

export function isInNetwork(address: string, { bytes, prefixBits }: Network): boolean {
  const found = bytesOf(address);
  if (found?.length !== bytes.length) return false;
  for (let bit = 0; bit < prefixBits; bit += 8) {
    const mask = prefixBits - bit >= 8 ? 0xff : (0xff << (8 - (prefixBits - bit))) & 0xff;
    const at = bit / 8;
    if (((found[at] ?? 0) & mask) !== ((bytes[at] ?? 0) & mask)) return false;
  }
  return true;
}

/** The networks of the machine's own addresses. */
export function localNetworks(interfaces: readonly NetworkInterface[]): readonly Network[] {
  return interfaces.flatMap(({ addresses }) =>
    addresses.flatMap(({ address, prefixBits }) => {
      const bytes = bytesOf(address);
      return bytes === undefined ? [] : [{ bytes, prefixBits }];
    }),
  );
}

function bytesOf(text: string): readonly number[] | undefined {
  const parsed = parseIpAddress(text.replace(/%.*$/, ''));
  return parsed === undefined ? undefined : [...parsed.bytes];
}
