// Writes DNS messages, names compressed as RFC 1035 4.1.4 and RFC 6762 18.14 say.
import { parseIpAddress } from '../../../hal/address.ts';
import { flagBits, opcodeShift, pointerBits, topClassBit } from './decode.ts';
import { DnsEncodeError } from './errors.ts';
import { dnsLimits } from './limits.ts';
import {
  dnsTypeNumber,
  formatDnsName,
  type DnsData,
  type DnsMessage,
  type DnsName,
  type DnsRecord,
} from './message.ts';

export interface DnsEncodeOptions {
  /**
   * False: names in SRV are written out, as answers to plain resolvers must have them (RFC 6762
   * 18.14).
   */
  readonly compressSrv?: boolean;
}

export function encodeDnsMessage(message: DnsMessage, options: DnsEncodeOptions = {}): Uint8Array {
  const writer = new Writer(options.compressSrv ?? true);
  writer.uint16(message.id);
  writer.uint16(
    (message.response ? flagBits.response : 0) |
      (message.opcode << opcodeShift) |
      (message.authoritative ? flagBits.authoritative : 0) |
      (message.truncated ? flagBits.truncated : 0) |
      message.responseCode,
  );
  const sections = [message.answers, message.authorities, message.additionals];
  writer.uint16(message.questions.length);
  for (const section of sections) writer.uint16(section.length);
  for (const question of message.questions) {
    writer.name(question.name);
    writer.uint16(question.type);
    writer.uint16(question.class | (question.unicastResponse ? topClassBit : 0));
  }
  for (const record of sections.flat()) writeRecord(writer, record);
  return writer.octets();
}

/** The data of a record with no name in it compressed: what RFC 6762 8.2.1 compares. */
export function dnsDataOctets(data: DnsData): Uint8Array {
  const writer = new Writer(false);
  writer.compress = false;
  writeData(writer, data);
  return writer.octets();
}

function writeRecord(writer: Writer, record: DnsRecord): void {
  writer.name(record.name);
  writer.uint16(dnsTypeNumber(record.data));
  writer.uint16(record.class | (record.cacheFlush ? topClassBit : 0));
  writer.uint32(record.ttlSeconds);
  const lengthAt = writer.length;
  writer.uint16(0);
  writeData(writer, record.data);
  writer.setUint16(lengthAt, writer.length - lengthAt - 2);
}

function writeData(writer: Writer, data: DnsData): void {
  switch (data.type) {
    case 'A':
      return writer.bytes(addressOctets(data.address, 4));
    case 'AAAA':
      return writer.bytes(addressOctets(data.address, 16));
    case 'PTR':
      return writer.name(data.target);
    case 'SRV':
      writer.uint16(data.priority);
      writer.uint16(data.weight);
      writer.uint16(data.port);
      return writer.name(data.target, writer.compressSrv);
    case 'TXT':
      return writeStrings(writer, data.strings);
    case 'NSEC':
      writer.name(data.next);
      return writeTypeBitmap(writer, data.types);
    case 'other':
      return writer.bytes(data.octets);
  }
}

function addressOctets(address: string, length: number): readonly number[] {
  const octets = parseIpAddress(address)?.bytes;
  if (octets?.length === length) return octets;
  throw new DnsEncodeError(`${address} is no address of ${length} octets`);
}

function writeStrings(writer: Writer, strings: readonly Uint8Array[]): void {
  if (strings.length === 0) throw new DnsEncodeError('TXT has at least one string');
  for (const string of strings) {
    if (string.length > 255) throw new DnsEncodeError('a string of TXT has at most 255 octets');
    writer.bytes([string.length]);
    writer.bytes(string);
  }
}

function writeTypeBitmap(writer: Writer, types: readonly number[]): void {
  for (const window of new Set(types.map((type) => type >> 8))) {
    const bits = new Uint8Array(32);
    const low = types.filter((type) => type >> 8 === window).map((type) => type & 0xff);
    for (const type of low) bits[type >> 3] = (bits[type >> 3] ?? 0) | (0x80 >> (type & 7));
    const length = (Math.max(...low) >> 3) + 1;
    writer.bytes([window, length]);
    writer.bytes(bits.subarray(0, length));
  }
}

/** Compression pointers have 14 bits. */
const pointerReach = 0x4000;

class Writer {
  compress = true;
  readonly compressSrv: boolean;
  #octets = Buffer.alloc(512);
  #length = 0;
  /** Where each suffix of a name already stands, by its exact spelling. */
  readonly #suffixes = new Map<string, number>();

  constructor(compressSrv: boolean) {
    this.compressSrv = compressSrv;
  }

  get length(): number {
    return this.#length;
  }

  octets(): Uint8Array {
    return new Uint8Array(this.#octets.subarray(0, this.#length));
  }

  uint16(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new DnsEncodeError(`${value} has no 16 bits`);
    }
    const at = this.#room(2);
    this.#octets.writeUInt16BE(value, at);
  }

  uint32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new DnsEncodeError(`${value} has no 32 bits`);
    }
    const at = this.#room(4);
    this.#octets.writeUInt32BE(value, at);
  }

  setUint16(at: number, value: number): void {
    this.#octets.writeUInt16BE(value, at);
  }

  bytes(octets: Uint8Array | readonly number[]): void {
    const at = this.#room(octets.length);
    this.#octets.set(octets, at);
  }

  name(name: DnsName, compress = this.compress): void {
    const labels = name.map((label) => labelOctets(label, name));
    const nameBytes = labels.reduce((sum, label) => sum + label.length + 1, 1);
    if (nameBytes > dnsLimits.nameBytes) {
      throw new DnsEncodeError(`${formatDnsName(name)} has more than 255 octets`);
    }
    for (const [index, label] of labels.entries()) {
      const suffix = JSON.stringify(name.slice(index));
      const known = this.#suffixes.get(suffix);
      if (compress && known !== undefined) return this.uint16((pointerBits << 8) | known);
      if (known === undefined && this.#length < pointerReach) {
        this.#suffixes.set(suffix, this.#length);
      }
      this.bytes([label.length]);
      this.bytes(label);
    }
    this.bytes([0]);
  }

  /** Where `count` more octets stand; the buffer may be another one afterwards. */
  #room(count: number): number {
    const at = this.#length;
    if (at + count > dnsLimits.messageBytes) {
      throw new DnsEncodeError(`it has more than ${dnsLimits.messageBytes} octets`);
    }
    if (at + count > this.#octets.length) {
      this.#octets = Buffer.concat([this.#octets], Math.max(at + count, 2 * this.#octets.length));
    }
    this.#length += count;
    return at;
  }
}

function labelOctets(label: string, name: DnsName): Uint8Array {
  const octets = Buffer.from(label, 'utf8');
  if (!label.isWellFormed() || octets.length === 0 || octets.length > dnsLimits.labelBytes) {
    throw new DnsEncodeError(
      `a label of ${formatDnsName(name)} is empty, too long or no text (RFC 1035 2.3.4)`,
    );
  }
  return octets;
}
