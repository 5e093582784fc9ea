// The values of SNMP (RFC 2578 7.1, RFC 3416 3), and short ways to write them.
import type { Oid } from './oid.ts';

export type SnmpValue =
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'octets'; readonly value: Uint8Array }
  | { readonly type: 'null' }
  | { readonly type: 'oid'; readonly value: Oid }
  /** Four octets. */
  | { readonly type: 'ip-address'; readonly value: Uint8Array }
  | { readonly type: 'counter32' | 'gauge32' | 'time-ticks'; readonly value: number }
  | { readonly type: 'opaque'; readonly value: Uint8Array }
  | { readonly type: 'counter64'; readonly value: bigint }
  | { readonly type: SnmpException };

/** Instead of a value, in answers from version 2 on. */
export type SnmpException = 'no-such-object' | 'no-such-instance' | 'end-of-mib-view';

export interface Varbind {
  readonly oid: Oid;
  readonly value: SnmpValue;
}

export const nullValue: SnmpValue = { type: 'null' };

export function integerValue(value: number): SnmpValue {
  return { type: 'integer', value };
}

/** An OCTET STRING of the text in UTF-8, at most `mostOctets` of it, cut between characters. */
export function textValue(text: string, mostOctets = 255): SnmpValue {
  let bytes = new TextEncoder().encode(text);
  if (bytes.length > mostOctets) {
    let end = mostOctets;
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    bytes = bytes.slice(0, end);
  }
  return { type: 'octets', value: bytes };
}

export function octetsValue(value: Uint8Array): SnmpValue {
  return { type: 'octets', value };
}

export function oidValue(value: Oid): SnmpValue {
  return { type: 'oid', value };
}

export function gaugeValue(value: number): SnmpValue {
  return { type: 'gauge32', value: Math.min(0xffff_ffff, Math.max(0, Math.floor(value))) };
}

export function counterValue(value: number): SnmpValue {
  return { type: 'counter32', value: Math.floor(value) % 0x1_0000_0000 };
}

/** Hundredths of a second, from milliseconds. */
export function ticksValue(ms: number): SnmpValue {
  return { type: 'time-ticks', value: Math.floor(ms / 10) % 0x1_0000_0000 };
}

export function isException(value: SnmpValue): value is { readonly type: SnmpException } {
  return (
    value.type === 'no-such-object' ||
    value.type === 'no-such-instance' ||
    value.type === 'end-of-mib-view'
  );
}
