// The one table of record types, made of the files beside it; a feature adds a file of rows.
import type { z } from 'zod';
import { jobRecords } from './job-records.ts';
import { printerRecords } from './printer-records.ts';
import { registryRecords } from './registry-records.ts';

export const recordRows = [...registryRecords, ...printerRecords, ...jobRecords] as const;

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
