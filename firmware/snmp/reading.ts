// Answers to a reader's PDU from a snapshot (RFC 3416 4.2; version 1: RFC 1157 4.1, RFC 3584 4.2).
import type { Oid } from '../../monitors/wire/snmp/oid.ts';
import {
  type EncodablePdu,
  encodeVarbind,
  errorStatus,
  type Pdu,
} from '../../monitors/wire/snmp/pdu.ts';
import type { SnmpException } from '../../monitors/wire/snmp/values.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';

export interface Reading {
  readonly pdu: Pdu;
  readonly snapshot: Snapshot;
  readonly view: View;
  /** Version 1 has no exceptions and no 64-bit counters. */
  readonly isV1: boolean;
  /** What the variable bindings of the answer may take. */
  readonly roomBytes: number;
}

/** Undefined: it is nothing that a reader asks. */
export function answer(reading: Reading): EncodablePdu | undefined {
  const { pdu } = reading;
  if (pdu.varbinds.length > snmpLimits.requestVarbinds) return tooBig(reading);
  switch (pdu.type) {
    case 'get':
      return fitted(reading, getAll(reading));
    case 'get-next':
      return fitted(reading, nextOfAll(reading));
    case 'get-bulk':
      // Version 1 does not know it.
      return reading.isV1 ? undefined : response(pdu, getBulk(reading));
    case 'set':
      return refusedSet(reading);
    case 'response':
    case 'inform':
    case 'trap-v2':
    case 'report':
      return undefined;
  }
}

/** A value, what stands for it, or in version 1 the position of what has none. */
type Answered = readonly Uint8Array[] | { readonly noSuchNameAt: number };

function getAll(reading: Reading): Answered {
  const { pdu, snapshot, isV1 } = reading;
  const encoded: Uint8Array[] = [];
  for (const [index, { oid }] of pdu.varbinds.entries()) {
    const position = snapshot.at(oid);
    if (position !== undefined && isShown(reading, position)) {
      encoded.push(snapshot.encoded(position));
    } else if (isV1) {
      return { noSuchNameAt: index + 1 };
    } else {
      const isKnown = snapshot.isOfObject(oid) && reading.view(oid);
      encoded.push(exception(oid, isKnown ? 'no-such-instance' : 'no-such-object'));
    }
  }
  return encoded;
}

function nextOfAll(reading: Reading): Answered {
  const { pdu, snapshot, isV1 } = reading;
  const encoded: Uint8Array[] = [];
  for (const [index, { oid }] of pdu.varbinds.entries()) {
    const position = nextShown(reading, oid);
    if (position !== undefined) encoded.push(snapshot.encoded(position));
    else if (isV1) return { noSuchNameAt: index + 1 };
    else encoded.push(exception(oid, 'end-of-mib-view'));
  }
  return encoded;
}

/** Ends with the room, or with a row in which nothing follows any more: no padding. */
function getBulk(reading: Reading): readonly Uint8Array[] {
  const { pdu, snapshot } = reading;
  const nonRepeaters = Math.min(Math.max(0, pdu.errorStatus), pdu.varbinds.length);
  const repetitions = Math.min(Math.max(0, pdu.errorIndex), snmpLimits.repetitions);
  const encoded: Uint8Array[] = [];
  let left = reading.roomBytes;
  const add = (bytes: Uint8Array): boolean => {
    if (bytes.length > left) return false;
    left -= bytes.length;
    encoded.push(bytes);
    return true;
  };
  for (const { oid } of pdu.varbinds.slice(0, nonRepeaters)) {
    const position = nextShown(reading, oid);
    const bytes =
      position === undefined ? exception(oid, 'end-of-mib-view') : snapshot.encoded(position);
    if (!add(bytes)) return encoded;
  }
  let last: readonly Oid[] = pdu.varbinds.slice(nonRepeaters).map(({ oid }) => oid);
  for (let row = 0; row < repetitions && last.length > 0; row += 1) {
    const positions = last.map((oid) => nextShown(reading, oid));
    const nextOids: Oid[] = [];
    for (const [column, position] of positions.entries()) {
      const before = last[column] ?? [];
      const oid = position === undefined ? before : (snapshot.entry(position)?.oid ?? before);
      const bytes =
        position === undefined ? exception(oid, 'end-of-mib-view') : snapshot.encoded(position);
      if (!add(bytes)) return encoded;
      nextOids.push(oid);
    }
    if (positions.every((position) => position === undefined)) return encoded;
    last = nextOids;
  }
  return encoded;
}

function nextShown(reading: Reading, oid: Oid): number | undefined {
  const { snapshot } = reading;
  let position = snapshot.after(oid);
  while (snapshot.entry(position) !== undefined) {
    if (isShown(reading, position)) return position;
    position += 1;
  }
  return undefined;
}

function isShown({ snapshot, view, isV1 }: Reading, position: number): boolean {
  const entry = snapshot.entry(position);
  if (entry === undefined || !view(entry.oid)) return false;
  return !isV1 || typeof entry.value === 'function' || entry.value.type !== 'counter64';
}

/** Nothing is writable (RFC 3416 4.2.5). */
function refusedSet({ pdu, snapshot, view, isV1 }: Reading): EncodablePdu {
  const [first] = pdu.varbinds;
  if (first === undefined) return response(pdu, []);
  const isSeen = view(first.oid) && snapshot.isOfObject(first.oid);
  const status = isSeen ? errorStatus.notWritable : errorStatus.noAccess;
  return failed(pdu, isV1 ? errorStatus.noSuchName : status, 1);
}

function fitted(reading: Reading, answered: Answered): EncodablePdu {
  if ('noSuchNameAt' in answered) {
    return failed(reading.pdu, errorStatus.noSuchName, answered.noSuchNameAt);
  }
  const sizeBytes = answered.reduce((sum, { length }) => sum + length, 0);
  return sizeBytes > reading.roomBytes ? tooBig(reading) : response(reading.pdu, answered);
}

/** RFC 3416 4.2.1: no bindings; version 1 sends back what was asked (RFC 1157 4.1.2). */
function tooBig({ pdu, isV1 }: Reading): EncodablePdu {
  const { requestId } = pdu;
  const encoded = isV1 ? pdu.varbinds.map(encodeVarbind) : [];
  return { type: 'response', requestId, errorStatus: errorStatus.tooBig, errorIndex: 0, encoded };
}

function failed(pdu: Pdu, status: number, errorIndex: number): EncodablePdu {
  const encoded = pdu.varbinds.map(encodeVarbind);
  return { type: 'response', requestId: pdu.requestId, errorStatus: status, errorIndex, encoded };
}

function response({ requestId }: Pdu, encoded: readonly Uint8Array[]): EncodablePdu {
  return {
    type: 'response',
    requestId,
    errorStatus: errorStatus.noError,
    errorIndex: 0,
    encoded,
  };
}

function exception(oid: Oid, type: SnmpException): Uint8Array {
  return encodeVarbind({ oid, value: { type } });
}
