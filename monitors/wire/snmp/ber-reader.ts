// Reads BER as SNMP uses it (RFC 3417 8): definite lengths, single-octet tags, nothing beyond its
// end.
import { SnmpDecodeError } from './errors.ts';
import { snmpWireLimits as limits } from './limits.ts';
import type { Oid } from './oid.ts';
import { tags } from './tags.ts';

/** A part of a message; positions count from the message's own start. */
export class BerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get offsetBytes(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** The next tag, without taking it; undefined at the end. */
  peekTag(): number | undefined {
    return this.atEnd ? undefined : this.#bytes[this.#at];
  }

  /** The contents of the next element, which must have this tag. */
  enter(tag: number): BerReader {
    const start = this.#at;
    const found = this.#octet();
    if (found !== tag) throw new SnmpDecodeError(`tag ${found} instead of ${tag}`, start);
    return this.#contents();
  }

  /** The next element, whatever it is. */
  any(): { readonly tag: number; readonly contents: BerReader } {
    const tag = this.#octet();
    return { tag, contents: this.#contents() };
  }

  /** Whatever is left, copied. */
  rest(): Uint8Array {
    const rest = this.#bytes.slice(this.#at, this.#end);
    this.#at = this.#end;
    return rest;
  }

  mustEnd(): void {
    if (!this.atEnd) throw new SnmpDecodeError('something follows the end', this.#at);
  }

  integer(min: number, max: number): number {
    const start = this.#at;
    const value = this.enter(tags.integer).restAsInteger();
    if (value < min || value > max) throw new SnmpDecodeError(`${value} is out of range`, start);
    return value;
  }

  octets(mostOctets: number): Uint8Array {
    const start = this.#at;
    const value = this.enter(tags.octets).rest();
    if (value.length > mostOctets) throw new SnmpDecodeError('an octet string is too long', start);
    return value;
  }

  oid(): Oid {
    return this.enter(tags.oid).restAsOid();
  }

  /** The rest as a signed number, exact up to 6 octets. */
  restAsInteger(): number {
    const { length, start } = this.#restSize();
    if (length === 0 || length > 6) {
      throw new SnmpDecodeError(`an integer of ${length} octets`, start);
    }
    const first = this.#octet();
    let value = first >= 0x80 ? first - 0x100 : first;
    while (!this.atEnd) value = value * 0x100 + this.#octet();
    return value;
  }

  restAsBigInt(): bigint {
    const { length, start } = this.#restSize();
    if (length === 0 || length > 9) {
      throw new SnmpDecodeError(`a counter of ${length} octets`, start);
    }
    let value = 0n;
    while (!this.atEnd) value = value * 0x100n + BigInt(this.#octet());
    return value & 0xffff_ffff_ffff_ffffn;
  }

  restAsOid(): Oid {
    const start = this.#at;
    const parts: number[] = [];
    while (!this.atEnd) {
      if (parts.length >= limits.oidLength) {
        throw new SnmpDecodeError('an object identifier is too long', start);
      }
      const part = this.#subIdentifier();
      if (parts.length > 0) parts.push(part);
      else if (part < 80) parts.push(Math.floor(part / 40), part % 40);
      else parts.push(2, part - 80);
    }
    if (parts.length === 0) throw new SnmpDecodeError('an empty object identifier', start);
    return parts;
  }

  #subIdentifier(): number {
    const start = this.#at;
    let value = 0;
    for (;;) {
      const octet = this.#octet();
      value = value * 0x80 + (octet & 0x7f);
      if (value > limits.subIdentifier) {
        throw new SnmpDecodeError('a sub-identifier is too large', start);
      }
      if (octet < 0x80) return value;
    }
  }

  #restSize(): { readonly length: number; readonly start: number } {
    return { length: this.#end - this.#at, start: this.#at };
  }

  #contents(): BerReader {
    const start = this.#at;
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#end)
      throw new SnmpDecodeError('an element is longer than what holds it', start);
    const contents = new BerReader(this.#bytes, this.#at, end);
    this.#at = end;
    return contents;
  }

  #length(): number {
    const start = this.#at;
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new SnmpDecodeError('a length of this form', start);
    let length = 0;
    for (let index = 0; index < count; index += 1) length = length * 0x100 + this.#octet();
    return length;
  }

  #octet(): number {
    const octet = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (octet === undefined) throw new SnmpDecodeError('it ends too early', this.#at);
    this.#at += 1;
    return octet;
  }
}
