// Everything that the agent shows at one moment, in the order of object identifiers.
import { compareOids, isBelow, type Oid } from '../../monitors/wire/snmp/oid.ts';
import { encodeVarbind } from '../../monitors/wire/snmp/pdu.ts';
import type { MibEntry, MibRows, MibSource } from './contract.ts';

export interface Snapshot {
  /** The position of exactly this; undefined where there is none. */
  at(oid: Oid): number | undefined;
  /** The position of the first that follows; may be one behind the last. */
  after(oid: Oid): number;
  entry(position: number): MibEntry | undefined;
  /** The entry as a variable binding. */
  encoded(position: number): Uint8Array;
  /** Whether it is an instance that an object here could have. */
  isOfObject(oid: Oid): boolean;
}

export function makeSnapshot(rows: MibRows, source: MibSource): Snapshot {
  const entries = rows.entries(source).toSorted((a, b) => compareOids(a.oid, b.oid));
  const encoded: (Uint8Array | undefined)[] = [];
  const after = (oid: Oid): number => {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = entries[middle];
      if (entry !== undefined && compareOids(entry.oid, oid) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    after,
    at(oid) {
      const position = after(oid) - 1;
      const entry = entries[position];
      return entry !== undefined && compareOids(entry.oid, oid) === 0 ? position : undefined;
    },
    entry: (position) => entries[position],
    encoded(position) {
      const known = encoded[position];
      if (known !== undefined) return known;
      const entry = entries[position];
      if (entry === undefined) throw new RangeError(`there is no entry ${position}`);
      const { oid, value } = entry;
      // What is asked anew each time is not kept.
      if (typeof value === 'function') return encodeVarbind({ oid, value: value() });
      const bytes = encodeVarbind({ oid, value });
      encoded[position] = bytes;
      return bytes;
    },
    isOfObject: (oid) => rows.objects.some((object) => isBelow(oid, object)),
  };
}
