// Short ways to write rows of the MIB: scalars, and tables with their columns.
import { type Oid, oidOf } from '../../../monitors/wire/snmp/oid.ts';
import type { SnmpValue } from '../../../monitors/wire/snmp/values.ts';
import type { MibEntry, MibRows, MibSource } from '../contract.ts';

type Value = MibEntry['value'] | undefined;

export interface Scalar {
  readonly name: string;
  /** Without the instance `.0`. */
  readonly oid: string;
  /** Undefined: this appliance has none. */
  readonly value: (source: MibSource) => Value;
}

export interface Column<Row> {
  readonly name: string;
  /** Of the table's entry. */
  readonly number: number;
  readonly value: (row: Row, source: MibSource) => Value;
}

export interface Table<Row> {
  /** Of the table's entry: `1.3.6.1.2.1.2.2.1`. */
  readonly entry: string;
  readonly rows: (source: MibSource) => readonly Row[];
  readonly index: (row: Row) => Oid;
  readonly columns: readonly Column<Row>[];
}

export function scalars(list: readonly Scalar[]): MibRows {
  const rows = list.map(({ oid, value }) => ({ object: oidOf(oid), value }));
  return {
    objects: rows.map(({ object }) => object),
    entries: (source) =>
      rows.flatMap(({ object, value }) => entryAt([...object, 0], value(source))),
  };
}

export function table<Row>({ entry, rows, index, columns }: Table<Row>): MibRows {
  const root = oidOf(entry);
  const objects = columns.map(({ number, value }) => ({ object: [...root, number], value }));
  return {
    objects: objects.map(({ object }) => object),
    entries: (source) => {
      const indexed = rows(source).map((row) => ({ row, at: index(row) }));
      return objects.flatMap(({ object, value }) =>
        indexed.flatMap(({ row, at }) => entryAt([...object, ...at], value(row, source))),
      );
    },
  };
}

export function allRows(parts: readonly MibRows[]): MibRows {
  return {
    objects: parts.flatMap(({ objects }) => objects),
    entries: (source) => parts.flatMap(({ entries }) => entries(source)),
  };
}

function entryAt(oid: Oid, value: Value): readonly MibEntry[] {
  return value === undefined ? [] : [{ oid, value }];
}

/** An object that only this text fills. */
export function nothing(): SnmpValue {
  return { type: 'octets', value: new Uint8Array() };
}
