// The resource records of a claim on a link, and how records are told apart.
import { parseIpAddress } from '../../../hal/address.ts';
import { dnsDataOctets } from '../../../monitors/wire/dns/encode.ts';
import {
  dnsClasses,
  dnsNameKey,
  dnsTypeNumber,
  dnsTypes,
  type DnsData,
  type DnsName,
  type DnsRecord,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import type { Service } from '../contract.ts';
import { hostDnsName, serviceDnsName, serviceTypesDnsName, subtypeDnsName } from '../names.ts';
import { encodeTxt } from '../txt-entry.ts';
import { isSaid, phaseOf, type Claim, type Draft, type Link, type OwnRecords } from './state.ts';

/** Unique records (RFC 6762 2) are those with the cache-flush bit. */
export function recordsOf(draft: Draft, claim: Claim, link: Link): readonly DnsRecord[] {
  const { wish, name } = claim;
  if (wish.kind === 'host') return hostRecords(name, wish.addresses.get(link.interfaceName) ?? []);
  const host = draft.claims.get(wish.hostId);
  if (host === undefined) return [];
  return wish.services.flatMap((service) => serviceRecords(name, service, host.name));
}

/** The names that a claim has for itself alone. */
export function uniqueNamesOf({ wish, name }: Claim): readonly DnsName[] {
  if (wish.kind === 'host') return [hostDnsName(name)];
  return wish.services.map(({ type }) => [name, ...serviceDnsName(type)]);
}

/** What a link may be told now, by name. */
export function ownRecordsOn(draft: Draft, link: Link): OwnRecords {
  const known = draft.own.get(link.id);
  if (known !== undefined) return known;
  const own = new Map<string, DnsRecord[]>();
  for (const claim of draft.claims.values()) {
    if (!isSaid(phaseOf(draft, claim.wish.id, link.id))) continue;
    for (const record of recordsOf(draft, claim, link)) {
      const key = dnsNameKey(record.name);
      const others = own.get(key) ?? [];
      if (!others.some((other) => recordKey(other) === recordKey(record))) others.push(record);
      own.set(key, others);
    }
  }
  draft.own.set(link.id, own);
  return own;
}

/** Every record of a claim on any link, NSEC among them: what is ours wherever it is heard. */
export function keysAnywhere(draft: Draft, claim: Claim): ReadonlySet<string> {
  const records = [...draft.links.values()].flatMap((link) => {
    const own = recordsOf(draft, claim, link);
    return [...own, ...uniqueNamesOf(claim).flatMap((name) => nsecFor(name, own))];
  });
  return new Set(records.map(recordKey));
}

/** What there is of a unique name, and so what there is not (RFC 6762 6.1). */
export function nsecFor(name: DnsName, records: readonly DnsRecord[]): readonly DnsRecord[] {
  const key = dnsNameKey(name);
  const there = records.filter((record) => record.cacheFlush && dnsNameKey(record.name) === key);
  if (there.length === 0) return [];
  const types = [...new Set(there.map(({ data }) => dnsTypeNumber(data)))].toSorted(
    (a, b) => a - b,
  );
  return [unique(name, limits.hostTtlSeconds, { type: 'NSEC', next: name, types })];
}

/** The same for records that say the same, whatever their TTL. */
export function recordKey({ name, class: number, data }: DnsRecord): string {
  return `${dnsNameKey(name)} ${number} ${dnsTypeNumber(data)} ${dataKey(data)}`;
}

/** The same for records of one set: name, class and type (RFC 2181 5). */
export function setKey({ name, class: number, data }: DnsRecord): string {
  return `${dnsNameKey(name)} ${number} ${dnsTypeNumber(data)}`;
}

function dataKey(data: DnsData): string {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'PTR':
      return dnsNameKey(data.target);
    case 'SRV':
      return `${data.priority} ${data.weight} ${data.port} ${dnsNameKey(data.target)}`;
    case 'NSEC':
      return `${dnsNameKey(data.next)} ${data.types.join()}`;
    case 'TXT':
    case 'other':
      return Buffer.from(dnsDataOctets(data)).toString('base64');
  }
}

function hostRecords(label: string, addresses: readonly string[]): readonly DnsRecord[] {
  const name = hostDnsName(label);
  return addresses.flatMap((address) => {
    const octets = parseIpAddress(address)?.bytes ?? [];
    const type = octets.length === 4 ? 'A' : 'AAAA';
    return [
      unique(name, limits.hostTtlSeconds, { type, address }),
      unique(reverseName(octets), limits.hostTtlSeconds, { type: 'PTR', target: name }),
    ];
  });
}

/** RFC 1035 3.5, RFC 3596 2.5. */
function reverseName(octets: readonly number[]): DnsName {
  if (octets.length === 4) return [...octets.map(String).toReversed(), 'in-addr', 'arpa'];
  const nibbles = octets.flatMap((octet) => [octet >> 4, octet & 0xf]);
  return [...nibbles.map((nibble) => nibble.toString(16)).toReversed(), 'ip6', 'arpa'];
}

function serviceRecords(label: string, service: Service, host: string): readonly DnsRecord[] {
  const type = serviceDnsName(service.type);
  const name = [label, ...type];
  const srv: DnsData = {
    type: 'SRV',
    priority: 0,
    weight: 0,
    port: service.port,
    target: hostDnsName(host),
  };
  const txt: DnsData = { type: 'TXT', strings: encodeTxt(service.txt) };
  const own = [unique(name, limits.hostTtlSeconds, srv), unique(name, limits.otherTtlSeconds, txt)];
  // A service that is not offered only keeps its name.
  if (service.port === 0) return own;
  return [
    ...own,
    pointer(type, name),
    ...service.subtypes.map((subtype) => pointer(subtypeDnsName(subtype, service.type), name)),
    pointer(serviceTypesDnsName, type),
  ];
}

function unique(name: DnsName, ttlSeconds: number, data: DnsData): DnsRecord {
  return { name, class: dnsClasses.IN, cacheFlush: true, ttlSeconds, data };
}

function pointer(name: DnsName, target: DnsName): DnsRecord {
  return {
    name,
    class: dnsClasses.IN,
    cacheFlush: false,
    ttlSeconds: limits.otherTtlSeconds,
    data: { type: 'PTR', target },
  };
}

export function isAddressType(type: number): boolean {
  return type === dnsTypes.A || type === dnsTypes.AAAA;
}
