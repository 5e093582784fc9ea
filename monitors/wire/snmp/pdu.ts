// PDUs and their variable bindings (RFC 3416 3; the trap of version 1: RFC 1157 4.1.6).
import type { BerReader } from './ber-reader.ts';
import { BerWriter } from './ber-writer.ts';
import { SnmpDecodeError } from './errors.ts';
import { snmpWireLimits as limits } from './limits.ts';
import type { Oid } from './oid.ts';
import { pduTags, tags } from './tags.ts';
import type { SnmpValue, Varbind } from './values.ts';

export type PduType = Exclude<keyof typeof pduTags, 'trap-v1'>;

/**
 * Every PDU but the trap of version 1. Of a get-bulk `errorStatus` is non-repeaters and
 * `errorIndex` max-repetitions.
 */
export interface Pdu {
  readonly type: PduType;
  readonly requestId: number;
  readonly errorStatus: number;
  readonly errorIndex: number;
  readonly varbinds: readonly Varbind[];
}

export interface TrapV1Pdu {
  readonly type: 'trap-v1';
  readonly enterprise: Oid;
  /** IPv4, four octets. */
  readonly agentAddress: Uint8Array;
  readonly genericTrap: number;
  readonly specificTrap: number;
  /** Hundredths of a second. */
  readonly timeTicks: number;
  readonly varbinds: readonly Varbind[];
}

/** error-status (RFC 3416 3). */
export const errorStatus = {
  noError: 0,
  tooBig: 1,
  noSuchName: 2,
  genErr: 5,
  noAccess: 6,
  notWritable: 17,
} as const;

export function readPdu(from: BerReader): Pdu {
  const at = from.offsetBytes;
  const { tag, contents } = from.any();
  const type = pduTypes.find((name) => pduTags[name] === tag);
  if (type === undefined) throw new SnmpDecodeError(`${tag} is no PDU`, at);
  const { min, max } = limits.int32;
  const requestId = contents.integer(min, max);
  const errorStatus = contents.integer(min, max);
  const errorIndex = contents.integer(min, max);
  const list = contents.enter(tags.sequence);
  contents.mustEnd();
  const varbinds: Varbind[] = [];
  while (!list.atEnd) {
    if (varbinds.length >= limits.varbinds) {
      throw new SnmpDecodeError('too many variables', list.offsetBytes);
    }
    varbinds.push(readVarbind(list));
  }
  return { type, requestId, errorStatus, errorIndex, varbinds };
}

const pduTypes: readonly PduType[] = [
  'get',
  'get-next',
  'response',
  'set',
  'get-bulk',
  'inform',
  'trap-v2',
  'report',
];

function readVarbind(from: BerReader): Varbind {
  const pair = from.enter(tags.sequence);
  const oid = pair.oid();
  const value = readValue(pair);
  pair.mustEnd();
  return { oid, value };
}

function readValue(from: BerReader): SnmpValue {
  const at = from.offsetBytes;
  const { tag, contents } = from.any();
  switch (tag) {
    case tags.integer:
      return { type: 'integer', value: contents.restAsInteger() };
    case tags.octets:
      return { type: 'octets', value: contents.rest() };
    case tags.null:
      return { type: 'null' };
    case tags.oid:
      return { type: 'oid', value: contents.restAsOid() };
    case tags['ip-address']:
      return { type: 'ip-address', value: contents.rest() };
    case tags.counter32:
      return { type: 'counter32', value: contents.restAsInteger() };
    case tags.gauge32:
      return { type: 'gauge32', value: contents.restAsInteger() };
    case tags['time-ticks']:
      return { type: 'time-ticks', value: contents.restAsInteger() };
    case tags.opaque:
      return { type: 'opaque', value: contents.rest() };
    case tags.counter64:
      return { type: 'counter64', value: contents.restAsBigInt() };
    case tags['no-such-object']:
      return { type: 'no-such-object' };
    case tags['no-such-instance']:
      return { type: 'no-such-instance' };
    case tags['end-of-mib-view']:
      return { type: 'end-of-mib-view' };
    default:
      throw new SnmpDecodeError(`${tag} is no type of value`, at);
  }
}

/** One binding by itself, so that an answer can be filled until it is full. */
export function encodeVarbind({ oid, value }: Varbind): Uint8Array {
  const to = new BerWriter();
  writeValue(to, value);
  to.oid(oid);
  to.wrap(tags.sequence, 0);
  return to.take();
}

function writeValue(to: BerWriter, value: SnmpValue): void {
  switch (value.type) {
    case 'integer':
    case 'counter32':
    case 'gauge32':
    case 'time-ticks':
      return to.integer(tags[value.type], value.value);
    case 'octets':
    case 'ip-address':
    case 'opaque':
      return to.octets(tags[value.type], value.value);
    case 'oid':
      return to.oid(value.value);
    case 'counter64':
      return to.bigInteger(tags.counter64, value.value);
    case 'null':
    case 'no-such-object':
    case 'no-such-instance':
    case 'end-of-mib-view':
      return to.wrap(tags[value.type], to.mark);
  }
}

/** A PDU whose bindings are encoded already. */
export type EncodablePdu = Omit<Pdu, 'varbinds'> & { readonly encoded: readonly Uint8Array[] };

export function encodable(pdu: Pdu): EncodablePdu {
  const { varbinds, ...head } = pdu;
  return { ...head, encoded: varbinds.map(encodeVarbind) };
}

export function writePdu(to: BerWriter, pdu: EncodablePdu): void {
  const mark = to.mark;
  writeList(to, pdu.encoded);
  to.integer(tags.integer, pdu.errorIndex);
  to.integer(tags.integer, pdu.errorStatus);
  to.integer(tags.integer, pdu.requestId);
  to.wrap(pduTags[pdu.type], mark);
}

export function writeTrapV1(to: BerWriter, trap: TrapV1Pdu): void {
  const mark = to.mark;
  writeList(to, trap.varbinds.map(encodeVarbind));
  to.integer(tags['time-ticks'], trap.timeTicks);
  to.integer(tags.integer, trap.specificTrap);
  to.integer(tags.integer, trap.genericTrap);
  to.octets(tags['ip-address'], trap.agentAddress);
  to.oid(trap.enterprise);
  to.wrap(pduTags['trap-v1'], mark);
}

function writeList(to: BerWriter, encoded: readonly Uint8Array[]): void {
  const mark = to.mark;
  for (let index = encoded.length - 1; index >= 0; index -= 1) {
    const part = encoded[index];
    if (part !== undefined) to.bytes(part);
  }
  to.wrap(tags.sequence, mark);
}
