// Frames of ARP (RFC 826) and neighbour advertisements (RFC 4861 4.4) as bytes.
import { parseIpAddress } from '../../address.ts';

export const etherTypes = { arp: 0x0806, ipv6: 0x86dd } as const;

const broadcast = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;
const unknownMac = [0, 0, 0, 0, 0, 0] as const;
const arpHead = [0, 1, 0x08, 0, 6, 4] as const;

export interface ArpReply {
  readonly address: string;
  readonly mac: string;
}

export interface ArpRequest {
  readonly ownMac: string;
  /** 0.0.0.0 for a probe (RFC 5227). */
  readonly from: string;
  readonly address: string;
  readonly toMac: string | undefined;
}

export function arpRequest({ ownMac, from, address, toMac }: ArpRequest): Uint8Array {
  const own = macBytes(ownMac);
  const to = toMac === undefined ? broadcast : macBytes(toMac);
  return Uint8Array.from([
    ...to,
    ...own,
    0x08,
    0x06,
    ...arpHead,
    0,
    1,
    ...own,
    ...addressBytes(from),
    ...unknownMac,
    ...addressBytes(address),
  ]);
}

/** RFC 5227 3: an announcement is a request for the own address. */
export function arpAnnouncement(ownMac: string, address: string): Uint8Array {
  return arpRequest({ ownMac, from: address, address, toMac: undefined });
}

const allNodesMac = [0x33, 0x33, 0, 0, 0, 1] as const;

/** The ethernet type and the first octets of IPv6; hop limit 255 (RFC 4861 7.1.2). */
const ipv6Head = (octets: number) => [0x86, 0xdd, 0x60, 0, 0, 0, 0, octets, 58, 255];

const arpFrameOctets = 42;

/** A reply, or undefined for everything else. */
export function readArpReply(frame: Uint8Array): ArpReply | undefined {
  if (frame.length < arpFrameOctets) return undefined;
  const head = frame.subarray(14, 20);
  if (!arpHead.every((octet, at) => head[at] === octet)) return undefined;
  if (frame[20] !== 0 || frame[21] !== 2) return undefined;
  return { mac: macText(frame.subarray(22, 28)), address: frame.subarray(28, 32).join('.') };
}

/** RFC 4861 7.2.6: unsolicited, override, with the target's link-layer address. */
export function neighbourAdvertisement(ownMac: string, address: string): Uint8Array {
  const own = macBytes(ownMac);
  const target = addressBytes(address);
  const allNodes = addressBytes('ff02::1');
  const body = [136, 0, 0, 0, 0x20, 0, 0, 0, ...target, 2, 1, ...own];
  const pseudo = [...target, ...allNodes, 0, 0, 0, body.length, 0, 0, 0, 58];
  const sum = checksum([...pseudo, ...body]);
  body[2] = sum >> 8;
  body[3] = sum & 0xff;
  return Uint8Array.from([
    ...allNodesMac,
    ...own,
    ...ipv6Head(body.length),
    ...target,
    ...allNodes,
    ...body,
  ]);
}

/** RFC 1071. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

function addressBytes(text: string): readonly number[] {
  return parseIpAddress(text)?.bytes ?? [];
}

function macBytes(text: string): readonly number[] {
  return text.split(':').map((octet) => Number.parseInt(octet, 16));
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join(':');
}
