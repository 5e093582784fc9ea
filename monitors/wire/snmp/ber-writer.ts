// Writes BER from its end to its start: when a header is written, the length behind it is known.
import { SnmpEncodeError } from './errors.ts';
import type { Oid } from './oid.ts';
import { tags } from './tags.ts';

/** Elements go in last first; `wrap` closes those since `mark` into one. */
export class BerWriter {
  #buffer = Buffer.allocUnsafe(512);
  #size = 0;

  /** Octets written so far. */
  get mark(): number {
    return this.#size;
  }

  bytes(part: Uint8Array): void {
    const at = this.#room(part.length);
    this.#buffer.set(part, at);
  }

  octets(tag: number, value: Uint8Array): void {
    const mark = this.#size;
    this.bytes(value);
    this.wrap(tag, mark);
  }

  /** A signed integer of up to 6 octets: unsigned types fit in as they are (RFC 2578 7.1). */
  integer(tag: number, value: number): void {
    if (!Number.isSafeInteger(value)) throw new SnmpEncodeError(`${value} is no integer`);
    const mark = this.#size;
    let rest = value;
    for (;;) {
      const octet = ((rest % 0x100) + 0x100) % 0x100;
      this.#octet(octet);
      rest = (rest - octet) / 0x100;
      if ((rest === 0 && octet < 0x80) || (rest === -1 && octet >= 0x80)) break;
    }
    this.wrap(tag, mark);
  }

  bigInteger(tag: number, value: bigint): void {
    const mark = this.#size;
    let rest = BigInt.asUintN(64, value);
    for (;;) {
      const octet = Number(rest & 0xffn);
      this.#octet(octet);
      rest >>= 8n;
      if (rest !== 0n) continue;
      if (octet >= 0x80) this.#octet(0);
      break;
    }
    this.wrap(tag, mark);
  }

  oid(oid: Oid): void {
    const [first, second, ...more] = oid;
    if (first === undefined || second === undefined) {
      throw new SnmpEncodeError(`${oid.join('.')} is no object identifier`);
    }
    const mark = this.#size;
    for (let index = more.length - 1; index >= 0; index -= 1) this.#subIdentifier(more[index] ?? 0);
    this.#subIdentifier(first * 40 + second);
    this.wrap(tags.oid, mark);
  }

  /** Puts tag and length before what was written since `mark`. */
  wrap(tag: number, mark: number): void {
    const length = this.#size - mark;
    if (length < 0x80) this.#octet(length);
    else {
      let count = 0;
      for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) {
        this.#octet(rest % 0x100);
        count += 1;
      }
      this.#octet(0x80 + count);
    }
    this.#octet(tag);
  }

  /** What was written, in order. */
  take(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(this.#buffer.length - this.#size));
  }

  #subIdentifier(part: number): void {
    let rest = part;
    this.#octet(rest % 0x80);
    for (rest = Math.floor(rest / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) {
      this.#octet(0x80 + (rest % 0x80));
    }
  }

  #octet(octet: number): void {
    // Making room may replace the buffer.
    const at = this.#room(1);
    this.#buffer[at] = octet;
  }

  /** The position of the next `count` octets, which are taken. */
  #room(count: number): number {
    if (this.#size + count > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#size + count));
      const written = this.#buffer.subarray(this.#buffer.length - this.#size);
      larger.set(written, larger.length - this.#size);
      this.#buffer = larger;
    }
    this.#size += count;
    return this.#buffer.length - this.#size;
  }
}
