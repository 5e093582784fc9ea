// Reads DNS messages from hostile octets: each offset checked, pointers only backwards, everything
// counted.
import { isUtf8 } from 'node:buffer';
import { formatIpAddress, parseIpAddress } from '../../../hal/address.ts';
import { DnsDecodeError } from './errors.ts';
import { dnsLimits } from './limits.ts';
import {
  dnsTypes,
  type DnsData,
  type DnsMessage,
  type DnsName,
  type DnsQuestion,
  type DnsRecord,
} from './message.ts';

/** One whole message. Rejects with a DnsDecodeError and nothing else. */
export function decodeDnsMessage(octets: Uint8Array): DnsMessage {
  if (octets.length > dnsLimits.messageBytes) throw new DnsDecodeError('too-large', 0);
  const reader = new Reader(octets);
  const id = reader.uint16();
  const flags = reader.uint16();
  const counts = {
    questions: reader.uint16(),
    answers: reader.uint16(),
    authorities: reader.uint16(),
    additionals: reader.uint16(),
  };
  const records = counts.answers + counts.authorities + counts.additionals;
  if (counts.questions > dnsLimits.questions || records > dnsLimits.records) {
    throw new DnsDecodeError('too-many-records', 4);
  }
  return {
    id,
    response: (flags & flagBits.response) !== 0,
    opcode: (flags >> opcodeShift) & 0xf,
    authoritative: (flags & flagBits.authoritative) !== 0,
    truncated: (flags & flagBits.truncated) !== 0,
    responseCode: flags & 0xf,
    questions: Array.from({ length: counts.questions }, () => readQuestion(reader)),
    answers: readRecords(reader, counts.answers),
    authorities: readRecords(reader, counts.authorities),
    additionals: readRecords(reader, counts.additionals),
  };
}

/** RFC 1035 4.1.1. */
export const flagBits = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200 } as const;
export const opcodeShift = 11;
/** QU in questions, cache-flush in records (RFC 6762 18.12, 18.13). */
export const topClassBit = 0x8000;
/** The two top bits of a label's length that make it a pointer (RFC 1035 4.1.4). */
export const pointerBits = 0xc0;

function readQuestion(reader: Reader): DnsQuestion {
  const name = reader.name();
  const type = reader.uint16();
  const classBits = reader.uint16();
  return {
    name,
    type,
    class: classBits & ~topClassBit,
    unicastResponse: (classBits & topClassBit) !== 0,
  };
}

function readRecords(reader: Reader, count: number): readonly DnsRecord[] {
  return Array.from({ length: count }, () => readRecord(reader)).filter(
    (record) => record !== undefined,
  );
}

function readRecord(reader: Reader): DnsRecord | undefined {
  const name = reader.name();
  const type = reader.uint16();
  const classBits = reader.uint16();
  const ttlSeconds = reader.uint32();
  const length = reader.uint16();
  const end = reader.at + length;
  if (end > reader.end) throw new DnsDecodeError('truncated', reader.at);
  const startedAt = reader.at;
  // The class of OPT is a size, and its data are options that mean nothing here (RFC 6891 6.1.2).
  const data = type === dnsTypes.OPT ? undefined : readData(reader, type, end);
  if (data !== undefined && reader.at !== end) throw new DnsDecodeError('bad-data', startedAt);
  reader.at = end;
  if (data === undefined) return undefined;
  return {
    name,
    class: classBits & ~topClassBit,
    cacheFlush: (classBits & topClassBit) !== 0,
    ttlSeconds,
    data,
  };
}

function readData(reader: Reader, type: number, end: number): DnsData {
  switch (type) {
    case dnsTypes.A:
      return { type: 'A', address: formatAddress(reader.octets(4, end)) };
    case dnsTypes.AAAA:
      return readIpv6(reader, type, end);
    case dnsTypes.PTR:
      return { type: 'PTR', target: reader.name(end) };
    case dnsTypes.SRV:
      return {
        type: 'SRV',
        priority: reader.uint16(end),
        weight: reader.uint16(end),
        port: reader.uint16(end),
        target: reader.name(end),
      };
    case dnsTypes.TXT:
      return { type: 'TXT', strings: readStrings(reader, end) };
    case dnsTypes.NSEC:
      return { type: 'NSEC', next: reader.name(end), types: readTypeBitmap(reader, end) };
    default:
      return { type: 'other', number: type, octets: reader.octets(end - reader.at, end) };
  }
}

/** IPv4 inside IPv6 is no address of a host on the wire (RFC 4291 2.5.5), and stays octets. */
function readIpv6(reader: Reader, number: number, end: number): DnsData {
  const octets = reader.octets(16, end);
  const address = formatAddress(octets);
  return parseIpAddress(address)?.bytes.length === octets.length
    ? { type: 'AAAA', address }
    : { type: 'other', number, octets };
}

function formatAddress(octets: Uint8Array): string {
  return formatIpAddress({ bytes: [...octets], zone: undefined });
}

/** No string at all is read as one empty string (RFC 6763 6.1). */
function readStrings(reader: Reader, end: number): readonly Uint8Array[] {
  const strings: Uint8Array[] = [];
  while (reader.at < end) strings.push(reader.octets(reader.uint8(end), end));
  return strings.length === 0 ? [new Uint8Array(0)] : strings;
}

/** RFC 4034 4.1.2: windows of 256 types in ascending order, each with 1 to 32 octets of bits. */
function readTypeBitmap(reader: Reader, end: number): readonly number[] {
  const types: number[] = [];
  let lastWindow = -1;
  while (reader.at < end) {
    const startedAt = reader.at;
    const window = reader.uint8(end);
    const length = reader.uint8(end);
    if (window <= lastWindow || length < 1 || length > 32) {
      throw new DnsDecodeError('bad-data', startedAt);
    }
    lastWindow = window;
    for (const [at, bits] of reader.octets(length, end).entries()) {
      for (let bit = 0; bit < 8; bit += 1) {
        if ((bits & (0x80 >> bit)) !== 0) types.push(window * 256 + at * 8 + bit);
      }
    }
  }
  return types;
}

class Reader {
  /** Where the next octet is read. */
  at = 0;
  readonly end: number;
  readonly #octets: Uint8Array;
  readonly #view: DataView;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.end = octets.length;
  }

  uint8(end = this.end): number {
    return this.#view.getUint8(this.#take(1, end));
  }

  uint16(end = this.end): number {
    return this.#view.getUint16(this.#take(2, end));
  }

  uint32(end = this.end): number {
    return this.#view.getUint32(this.#take(4, end));
  }

  /** A copy, so that a record never keeps a socket's buffer. */
  octets(length: number, end: number): Uint8Array {
    const from = this.#take(length, end);
    return this.#octets.slice(from, from + length);
  }

  /**
   * A name, pointers followed. Each pointer leads to an earlier place than the run of labels that
   * it ends, so the way has an end.
   */
  name(end = this.end): DnsName {
    const startedAt = this.at;
    const labels: string[] = [];
    let nameBytes = 1;
    let pointers = 0;
    let runStart = this.at;
    let at = this.at;
    let limit = end;
    let resumeAt: number | undefined;
    for (;;) {
      const length = this.#octetAt(at, limit);
      if ((length & pointerBits) === pointerBits) {
        const target = ((length & ~pointerBits) << 8) | this.#octetAt(at + 1, limit);
        resumeAt ??= at + 2;
        pointers += 1;
        if (target >= runStart || target < headerBytes || pointers > dnsLimits.pointers) {
          throw new DnsDecodeError('bad-pointer', at);
        }
        runStart = target;
        at = target;
        limit = this.end;
        continue;
      }
      if ((length & pointerBits) !== 0) throw new DnsDecodeError('bad-name', at);
      if (length === 0) break;
      nameBytes += length + 1;
      if (nameBytes > dnsLimits.nameBytes) throw new DnsDecodeError('bad-name', startedAt);
      if (at + 1 + length > limit) throw new DnsDecodeError('truncated', at);
      labels.push(this.#label(at + 1, length));
      at += length + 1;
    }
    this.at = resumeAt ?? at + 1;
    return labels;
  }

  #label(from: number, length: number): string {
    const octets = this.#octets.subarray(from, from + length);
    if (!isUtf8(octets)) throw new DnsDecodeError('bad-name', from);
    return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('utf8');
  }

  #octetAt(at: number, limit: number): number {
    const octet = at < limit ? this.#octets[at] : undefined;
    if (octet === undefined) throw new DnsDecodeError('truncated', at);
    return octet;
  }

  #take(length: number, end: number): number {
    const from = this.at;
    if (from + length > end) throw new DnsDecodeError('truncated', from);
    this.at = from + length;
    return from;
  }
}

const headerBytes = 12;
