// Where a group's addresses go on this box, and whom it can ask about the network.
import { isIPv6 } from 'node:net';
import { parseIpAddress } from '../../hal/address.ts';
import type { InterfaceAddress, NetworkInterface } from '../../hal/contract.ts';
import type { PlacedAddress } from '../../hal/network.ts';

/**
 * The interface on whose network the address is; undefined: none of this box. The address gets the
 * longest prefix, so that it can never be the one by which the kernel chooses other sources.
 */
export function placeAddress(
  address: string,
  interfaces: readonly NetworkInterface[],
): PlacedAddress | undefined {
  const found = interfaces.find(
    ({ loopback, addresses }) => !loopback && addresses.some((own) => isOnNetwork(address, own)),
  );
  if (found === undefined) return undefined;
  return { address, prefixBits: isIPv6(address) ? 128 : 32, interfaceName: found.name };
}

/** The interface of this box on the peer's network, with the address that the peer sees. */
export function placeLink(
  peerAddress: string,
  interfaces: readonly NetworkInterface[],
  groupAddresses: ReadonlySet<string>,
): { readonly interfaceName: string; readonly address: string } | undefined {
  for (const { name, loopback, addresses } of interfaces) {
    if (loopback) continue;
    const own = addresses.find(
      (each) => !groupAddresses.has(each.address) && isOnNetwork(peerAddress, each),
    );
    if (own !== undefined) return { interfaceName: name, address: own.address };
  }
  return undefined;
}

export function isOnNetwork(address: string, own: InterfaceAddress): boolean {
  const asked = parseIpAddress(address)?.bytes;
  const network = parseIpAddress(own.address)?.bytes;
  if (asked === undefined || network === undefined || asked.length !== network.length) return false;
  // An address alone (a group's own) is no network.
  if (own.prefixBits >= asked.length * bitsPerByte) return false;
  return asked.every((byte, at) => {
    const bits = Math.min(bitsPerByte, Math.max(0, own.prefixBits - at * bitsPerByte));
    const mask = (0xff << (bitsPerByte - bits)) & 0xff;
    return (byte & mask) === ((network[at] ?? 0) & mask);
  });
}

const bitsPerByte = 8;

/** Of /proc/net/route: destination 0, gateway in the byte order of the machine (little endian). */
export function gatewaysOf(routeTable: string): readonly string[] {
  return routeTable.split('\n').flatMap((line) => {
    const [, destination, gateway] = line.split(/\s+/);
    if (destination !== '00000000' || gateway === undefined || gateway === '00000000') return [];
    const octets = gateway.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
    return octets.length === 4 ? [octets.toReversed().join('.')] : [];
  });
}
