// The one table of record types, made of the files beside it; a feature adds a file of rows.
import type { z } from 'zod';
import type { Refusal } from '../../errors/codes.ts';
import { jobRecords } from './job-records.ts';
import { logRecords } from './log-records.ts';
import { printerDataRecords } from './printer-data-records.ts';
import { printerRecords } from './printer-records.ts';
import { registryRecords } from './registry-records.ts';
import { type ApplyContext, ChangeError } from './row.ts';

const recordRows = [
  ...registryRecords,
  ...printerRecords,
  ...printerDataRecords,
  ...jobRecords,
  ...logRecords,
] as const;

type Row = (typeof recordRows)[number];

export type RecordType = Row['type'];

/** The payload of a record type. */
export type RecordPayload<Type extends RecordType> = z.output<
  Extract<Row, { type: Type }>['payload']
>;

/** A record's own part: what changed. Spooler, term and number come from the unit and the log. */
export type Change = {
  [Type in RecordType]: { readonly type: Type; readonly payload: RecordPayload<Type> };
}[RecordType];

const rowOfType: ReadonlyMap<string, Pick<Row, 'perform'>> = new Map(
  recordRows.map((row) => [row.type, row]),
);

/** False for one that only a newer release knows. */
export function isKnownChange({ type }: { readonly type: string }): boolean {
  return rowOfType.has(type);
}

/** Checks and applies one change; throws a ChangeError where it is none. */
export function applyChange(context: ApplyContext, change: Change): Refusal | undefined {
  const row = rowOfType.get(change.type);
  if (row === undefined) throw new ChangeError(change.type, 'there is no such type of record');
  return row.perform(context, change.payload);
}
