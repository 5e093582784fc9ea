// The journal: what each group of commits changes stands in the active segment, behind the group's
// documents, so that one sync makes all of it durable; and how far the database has come in it.
import { describeEntry } from '../spool/frame.ts';
import type { CommitUnit } from './contract.ts';
import type { Sql } from './sql.ts';
import { integerOf } from './statements.ts';
import type { PlacedUnit } from './unit.ts';

/** A unit as it was applied: its documents are where `locations` say. */
export interface JournaledUnit extends PlacedUnit {
  readonly unit: Omit<CommitUnit, 'documents'>;
}

/** One group, in the order in which its units were applied; a unit that was refused is again. */
export interface JournalEntry {
  /** From 1, without gaps. */
  readonly entry: number;
  readonly units: readonly JournaledUnit[];
}

export interface EncodedEntry {
  readonly descriptor: Uint8Array;
  readonly text: Uint8Array;
  readonly sizeBytes: number;
}

/** Undefined where it is too long for one entry. */
export function encodeEntry(
  entry: number,
  units: readonly { readonly unit: CommitUnit; readonly locations: PlacedUnit['locations'] }[],
): EncodedEntry | undefined {
  const plain = units.map(({ unit, locations }): JournaledUnit => {
    const { documents: _placed, ...rest } = unit;
    return { unit: rest, locations };
  });
  const text = Buffer.from(JSON.stringify({ entry, units: plain } satisfies JournalEntry));
  const descriptor = describeEntry(text);
  if (descriptor === undefined) return undefined;
  return { descriptor, text, sizeBytes: descriptor.length + text.length };
}

/** Of a text whose checksum was right: only encodeEntry writes such. */
export function decodeEntry(text: Uint8Array): JournalEntry {
  const entry: JournalEntry = JSON.parse(Buffer.from(text).toString('utf8'));
  return entry;
}

/** What the tables hold: everything up to this entry; the next one stands there or further on. */
export interface JournalPosition {
  readonly entry: number;
  readonly segment: number;
  readonly offsetBytes: number;
}

/** Undefined in a database that has seen no journal yet. */
export function findJournalPosition(sql: Sql): JournalPosition | undefined {
  const row = sql.get('SELECT entry, segment, offset_bytes FROM journal');
  if (row === undefined) return undefined;
  return {
    entry: integerOf(row, 'entry'),
    segment: integerOf(row, 'segment'),
    offsetBytes: integerOf(row, 'offset_bytes'),
  };
}

/** With the transaction that runs. */
export function putJournalPosition(sql: Sql, position: JournalPosition): void {
  const { entry, segment, offsetBytes } = position;
  sql.later(
    `INSERT INTO journal (one, entry, segment, offset_bytes) VALUES (1, ?, ?, ?)
     ON CONFLICT (one) DO UPDATE SET
       entry = excluded.entry, segment = excluded.segment, offset_bytes = excluded.offset_bytes`,
    entry,
    segment,
    offsetBytes,
  );
}
