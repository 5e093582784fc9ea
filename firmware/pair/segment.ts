// Whether two addresses share an Ethernet segment: a group's address can move only within one.
import { parseIpAddress, isLoopback, type IpAddress } from '../../hal/address.ts';
import type { NetworkInterface } from '../../hal/contract.ts';

/**
 * `local` is this appliance's own end of a connection to `remote`: they share a segment where the
 * kernel reaches the other one without a router.
 */
export function sharesSegment(
  local: string,
  remote: string,
  interfaces: readonly NetworkInterface[],
): boolean {
  const [own, other] = [parseIpAddress(local), parseIpAddress(remote)];
  if (own === undefined || other === undefined) return false;
  if (isLoopback(own) && isLoopback(other)) return true;
  return interfaces.some(({ addresses }) =>
    addresses.some(({ address, prefixBits }) => {
      const here = parseIpAddress(address);
      return here !== undefined && address === local && samePrefix(here, other, prefixBits);
    }),
  );
}

function samePrefix(a: IpAddress, b: IpAddress, bits: number): boolean {
  if (a.bytes.length !== b.bytes.length) return false;
  return a.bytes.every((byte, index) => {
    const wanted = Math.min(8, Math.max(0, bits - index * 8));
    const mask = (0xff << (8 - wanted)) & 0xff;
    return (byte & mask) === ((b.bytes[index] ?? 0) & mask);
  });
}
