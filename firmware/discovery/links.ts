// The links on which multicast DNS is spoken: each interface that is up, once for IPv4 and once for
// IPv6.
import { formatIpAddress, parseIpAddress } from '../../hal/address.ts';
import type { InterfaceAddress, NetworkInterface, SocketAddress } from '../../hal/contract.ts';
import { discoveryLimits } from '../limits/discovery-limits.ts';
import type { Announcement } from './contract.ts';
import type { Link } from './responder/state.ts';

/** RFC 6762 3. */
export const mdnsPort = 5353;
export const mdnsGroups = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;
/** RFC 6762 11. */
export const mdnsHops = 255;

export function linksOf(interfaces: readonly NetworkInterface[]): readonly Link[] {
  const links = interfaces
    .filter(({ loopback }) => !loopback)
    .flatMap(({ name, addresses }) => {
      const all = addresses.map(({ address }) => address);
      const families = ([4, 6] as const).filter((family) =>
        all.some((each) => familyOf(each) === family),
      );
      return families.map((family) => ({
        id: `${name}/${family}`,
        interfaceName: name,
        family,
        addresses: all,
      }));
    });
  return links.slice(0, discoveryLimits.links);
}

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Where a packet to the group leaves a link. */
export function groupOf(link: Link): SocketAddress {
  const group = mdnsGroups[link.family];
  return {
    address: link.family === 6 ? `${group}%${link.interfaceName}` : group,
    port: mdnsPort,
  };
}

/**
 * Did the packet come by this link? The kernel hands IPv4 multicast of all interfaces to each
 * socket: a source in this network, or in nobody's, is taken.
 */
export function cameBy(
  link: Link,
  source: string,
  interfaces: readonly NetworkInterface[],
): boolean {
  if (link.family === 6) return true;
  const holds = ({ addresses }: NetworkInterface) =>
    addresses.some((network) => isInNetwork(source, network));
  const here = interfaces.find(({ name }) => name === link.interfaceName);
  return (here !== undefined && holds(here)) || !interfaces.some(holds);
}

/** The addresses of an announcement by interface name. */
export function addressesByInterface(
  announcement: Pick<Announcement, 'addresses'>,
  interfaces: readonly NetworkInterface[],
  listedByOthers: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const { addresses } = announcement;
  return new Map(
    interfaces.map((each) => {
      const own = each.addresses.map(({ address }) => address);
      const said =
        addresses === 'own'
          ? own.filter((address) => !listedByOthers.has(address))
          : addresses.filter((address) =>
              each.addresses.some((network) => isInNetwork(address, network)),
            );
      return [each.name, said];
    }),
  );
}

export function isInNetwork(address: string, network: InterfaceAddress): boolean {
  const bits = bitsOf(address);
  const against = bitsOf(network.address);
  if (bits.length !== against.length || bits === '') return false;
  return bits.slice(0, network.prefixBits) === against.slice(0, network.prefixBits);
}

/** An address with its zone, where it needs one to be reached. */
export function zoned(address: string, interfaceName: string): string {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return address;
  const [first, second = 0] = parsed.bytes;
  const isLinkLocal = parsed.bytes.length === 16 && first === 0xfe && (second & 0xc0) === 0x80;
  return isLinkLocal ? formatIpAddress({ ...parsed, zone: interfaceName }) : address;
}

function bitsOf(address: string): string {
  const bytes = parseIpAddress(address)?.bytes ?? [];
  return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
}
