// The names under which hosts and instances appear, and the next one where a name is taken.
import { dnsLimits } from '../../monitors/wire/dns/limits.ts';
import { dnsNameKey, type DnsName } from '../../monitors/wire/dns/message.ts';
import { clipOctets } from './txt-entry.ts';

export const localDomain: DnsName = ['local'];

export function hostDnsName(label: string): DnsName {
  return [label, ...localDomain];
}

/** `_ipp` → _ipp._tcp.local (RFC 6763 7). */
export function serviceDnsName(type: string): DnsName {
  return [type, '_tcp', ...localDomain];
}

/** `_print`, `_ipp` → _print._sub._ipp._tcp.local (RFC 6763 7.1). */
export function subtypeDnsName(subtype: string, type: string): DnsName {
  return [subtype, '_sub', ...serviceDnsName(type)];
}

/** Who lists the service types of a network (RFC 6763 9). */
export const serviceTypesDnsName: DnsName = ['_services', '_dns-sd', '_udp', ...localDomain];

/** A host label of letters, digits and hyphens (RFC 1123 2.1) that is nearest to `wanted`. */
export function hostLabel(wanted: string): string {
  const plain = wanted
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .slice(0, dnsLimits.labelBytes)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'platen' : plain;
}

/** An instance name: any text without control characters, at most 63 octets (RFC 6763 4.1.1). */
export function instanceLabel(wanted: string): string {
  const plain = wanted
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .trim();
  return clipLabel(plain, '') || 'Platen';
}

/** The same for names that are equal on the wire. */
export function nameKey(name: string): string {
  return dnsNameKey([name]);
}

/**
 * The name to try after those of `tried` (by `nameKey`): by what tells this appliance from others,
 * so that it comes out the same on every day, and by a number only after that.
 */
export function nextName(
  kind: 'host' | 'instance',
  wanted: string,
  distinction: string,
  tried: ReadonlySet<string>,
): string {
  for (let number = 1; ; number += 1) {
    const more = number === 1 ? distinction : `${distinction} ${number}`;
    const name =
      kind === 'host'
        ? clipLabel(wanted, `-${more.replaceAll(' ', '-')}`)
        : clipLabel(wanted, ` (${more})`);
    if (!tried.has(nameKey(name))) return name;
  }
}

function clipLabel(text: string, suffix: string): string {
  const room = dnsLimits.labelBytes - Buffer.byteLength(suffix);
  return `${Buffer.from(clipOctets(text, room)).toString('utf8').trimEnd()}${suffix}`;
}
