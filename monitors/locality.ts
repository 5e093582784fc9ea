// The one decision whether a port is local or on the network: by the monitor's kind, and by where
// its address leads.
import {
  formatIpAddress,
  type IpAddress,
  isLoopback,
  isUnspecified,
  parseIpAddress,
  sameAddress,
} from '../hal/address.ts';
import type { MonitorModule } from './contract.ts';

/** A machine of the pair, or a group on it: the names and addresses that lead back to it. */
export interface KnownHost {
  /** For people: `this appliance`, `the peer`, `the group "accounts"`. */
  readonly whose: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

export interface LocalityRules {
  /** The appliance itself, its peer, and every group of the pair. */
  readonly known: readonly KnownHost[];
  /** `cluster.loopbackIsNetwork`: for demonstrations, loopback addresses count as the network. */
  readonly loopbackIsNetwork: boolean;
}

export interface PortPlace {
  readonly module: Pick<MonitorModule, 'name' | 'locality'>;
  /** The address as the administrator wrote it; undefined for ports without one. */
  readonly host: string | undefined;
  /**
   * What the host resolves to just now; may be empty, for the decision is taken again at each
   * connect.
   */
  readonly resolved: readonly string[];
}

export type Locality =
  | { readonly kind: 'network' }
  /** `reason` goes on from “the port is local:”. */
  | { readonly kind: 'local'; readonly reason: string };

/** Decides for a port, when it is made, renamed, re-addressed, restored or replicated. */
export function decideLocality(
  { module, host, resolved }: PortPlace,
  rules: LocalityRules,
): Locality {
  if (module.locality === 'local') {
    return { kind: 'local', reason: `the monitor "${module.name}" drives ports of this box` };
  }
  if (host === undefined) return { kind: 'network' };
  const written = writtenHost(host);
  const reasons = [
    localNameReason(written, rules),
    ...[written, ...resolved].map((address) => localAddressReason(address, written, rules)),
  ];
  const reason = reasons.find((each) => each !== undefined);
  return reason === undefined
    ? { kind: 'network' }
    : { kind: 'local', reason: `"${host}" ${reason}` };
}

/**
 * Decides again at each connect, with the address that a packet would go to: `refuseAddress` of
 * TcpConnectOptions.
 */
export function createAddressRefusal(
  rules: () => LocalityRules,
): (address: string) => string | undefined {
  return (address) => {
    const reason = localAddressReason(address, address, rules());
    return reason === undefined ? undefined : `${address} ${reason}`;
  };
}

/**
 * Names that mean the asking machine by themselves (RFC 6761 6.3, and what Debian's /etc/hosts
 * adds).
 */
const loopbackNames: readonly string[] = [
  'localhost',
  'localhost.localdomain',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
];

function localNameReason(name: string, { known, loopbackIsNetwork }: LocalityRules) {
  if (loopbackNames.includes(name) || name.endsWith('.localhost')) {
    return loopbackIsNetwork ? undefined : 'means the machine itself';
  }
  const owner = known.find(({ names }) => names.some((own) => isNameOf(writtenHost(own), name)));
  return owner === undefined ? undefined : `is a name of ${owner.whose}`;
}

/** A host answers to its name, to the first part alone, and to that in the zone of mDNS. */
function isNameOf(own: string, name: string): boolean {
  const short = own.split('.', 1)[0] ?? '';
  return own !== '' && [own, short, `${short}.local`].includes(name);
}

function localAddressReason(text: string, written: string, rules: LocalityRules) {
  const address = parseIpAddress(text);
  const whose = address === undefined ? undefined : ownerOf(address, rules);
  if (address === undefined || whose === undefined) return undefined;
  const canonical = formatIpAddress(address);
  return canonical === written ? `is ${whose}` : `leads to ${canonical}, ${whose}`;
}

function ownerOf(address: IpAddress, { known, loopbackIsNetwork }: LocalityRules) {
  if (isUnspecified(address)) return 'the address of whatever machine uses it';
  if (isLoopback(address)) return loopbackIsNetwork ? undefined : 'a loopback address';
  const owner = known.find(({ addresses }) =>
    addresses.some((own) => {
      const ownAddress = parseIpAddress(own);
      // Without zones: a link-local address of ours is ours on whatever interface it is written
      // with.
      return ownAddress !== undefined && sameAddress(ownAddress, address);
    }),
  );
  return owner === undefined ? undefined : `an address of ${owner.whose}`;
}

/**
 * Lower case, without the dot of the root, in the plain characters that IDNA maps others to (RFC
 * 5895 2).
 */
function writtenHost(host: string): string {
  return host
    .normalize('NFKC')
    .replaceAll(/[。.。]/g, '.')
    .trim()
    .toLowerCase()
    .replace(/\.$/, '');
}
