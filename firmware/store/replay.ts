// What the database lacks after a power cut, applied from the journal; and what the journal tells
// when there is no database.
import type { Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { storeLimits } from '../limits/store-limits.ts';
import { type SpoolPlaces, segmentNumber } from '../spool/places.ts';
import {
  framesOf,
  hasDigest,
  type RecoverableDocument,
  scanSpool,
  segmentsIn,
  withFile,
} from '../spool/scan.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { DocumentLocation } from './contract.ts';
import {
  decodeEntry,
  findJournalPosition,
  type JournalEntry,
  type JournalPosition,
  putJournalPosition,
} from './journal.ts';
import type { Sql } from './sql.ts';
import { DamagedDatabaseError } from './statements.ts';
import { applyUnit } from './unit.ts';

interface Parts {
  readonly files: Files;
  readonly places: SpoolPlaces;
}

interface FoundEntry {
  readonly entry: JournalEntry;
  readonly position: JournalPosition;
}

/**
 * Applies every entry that the tables don't hold; durable when it resolves, with the documents that
 * nobody needs any more. A database without a place in the journal begins behind `lastSegment`.
 * Throws a DamagedDatabaseError where the journal goes on without what came before.
 */
export async function replayJournal(
  parts: Parts & { readonly sql: Sql; readonly lastSegment: number },
): Promise<{
  readonly position: JournalPosition;
  readonly dropped: readonly DocumentLocation[];
}> {
  const { sql } = parts;
  const found = findJournalPosition(sql);
  if (found === undefined) {
    const begin = { entry: 0, segment: parts.lastSegment + 1, offsetBytes: 0 };
    sql.transaction(() => putJournalPosition(sql, begin));
    return { position: begin, dropped: [] };
  }
  let position = found;
  const dropped: DocumentLocation[] = [];
  let batch: FoundEntry[] = [];
  const apply = () => {
    if (batch.length === 0) return;
    sql.transaction(() => {
      for (const { entry } of batch) dropped.push(...applyEntry(sql, entry));
      putJournalPosition(sql, position);
    });
    batch = [];
  };
  for await (const next of entriesAfter(parts, found)) {
    if (next.position.entry <= position.entry) continue;
    if (next.position.entry !== position.entry + 1) {
      const { entry } = position;
      throw new DamagedDatabaseError(`of the journal: entry ${entry + 1} is missing`);
    }
    batch.push(next);
    position = next.position;
    if (batch.length >= storeLimits.entriesPerReplay) apply();
  }
  apply();
  return { position, dropped };
}

function applyEntry(sql: Sql, { units }: JournalEntry): readonly DocumentLocation[] {
  return units.flatMap((placed) => {
    try {
      return applyUnit(sql, placed).dropped;
    } catch (error) {
      // A fault of its caller: nothing of it was applied then, either.
      if (isHalError(error) || error instanceof DamagedDatabaseError) throw error;
      return [];
    }
  });
}

/** Whole entries behind the position, whose documents are whole too. */
async function* entriesAfter(
  { files, places }: Parts,
  { segment, offsetBytes }: JournalPosition,
): AsyncGenerator<FoundEntry> {
  for (const name of await segmentsIn(files, places)) {
    const number = segmentNumber(name) ?? 0;
    if (number < segment) continue;
    const fromBytes = number === segment ? offsetBytes : 0;
    const path = `${places.segments}/${name}`;
    // A segment that can't be read just now must not be taken for one without entries.
    const file = await files.open(path, 'read');
    try {
      yield* wholeEntries(file, name, number, fromBytes);
    } finally {
      await file.close();
    }
  }
}

async function* wholeEntries(
  file: OpenFile,
  name: string,
  segment: number,
  fromBytes: number,
): AsyncGenerator<FoundEntry> {
  for await (const frame of framesOf(file, name, fromBytes)) {
    if (frame.kind === 'document') continue;
    const entry = decodeEntry(frame.text);
    // A document that is not whole: the sync of this entry never came to its end.
    if (!(await hasDocuments(file, name, entry))) return;
    yield { entry, position: { entry: entry.entry, segment, offsetBytes: frame.endBytes } };
  }
}

async function hasDocuments(
  file: OpenFile,
  name: string,
  { units }: JournalEntry,
): Promise<boolean> {
  for (const { unit, locations } of units) {
    for (const { jobId, number, location } of locations) {
      if (location.kind !== 'segment' || location.name !== name) continue;
      const document = unit.changes.flatMap((change) =>
        change.type === 'job.document-added' &&
        change.payload.jobId === jobId &&
        change.payload.document.number === number
          ? [change.payload.document]
          : [],
      )[0];
      if (document === undefined) return false;
      if (!(await hasDigest(spoolLimits, file, location.offsetBytes, document))) return false;
    }
  }
  return true;
}

/** Every document of the spool, with what the journal knows of its job beside its own mark. */
export async function* documentsWithMarks(parts: Parts): AsyncGenerator<RecoverableDocument> {
  const marks = await journaledMarks(parts);
  for await (const document of scanSpool({ ...parts, chunkBytes: spoolLimits.chunkBytes })) {
    const told = marks.get(document.header.job.id);
    if (told === undefined || document.mark === 'ended') yield document;
    else yield { ...document, mark: told };
  }
}

async function journaledMarks({
  files,
  places,
}: Parts): Promise<ReadonlyMap<string, 'started' | 'ended'>> {
  const marks = new Map<string, 'started' | 'ended'>();
  for (const name of await segmentsIn(files, places)) {
    const path = `${places.segments}/${name}`;
    for await (const frame of withFile(files, path, (file) => framesOf(file, name, 0))) {
      if (frame.kind !== 'entry') continue;
      for (const { unit } of decodeEntry(frame.text).units) {
        for (const { type, payload } of unit.changes) {
          if (type === 'job.started' && !marks.has(payload.jobId)) {
            marks.set(payload.jobId, 'started');
          }
          if (type === 'job.ended') marks.set(payload.jobId, 'ended');
        }
      }
    }
  }
  return marks;
}
