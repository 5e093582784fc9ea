// What a standby stores of its owner's records at once: a snapshot by itself, or all before the
// first that only a newer release knows, since whatever follows may mean something else without
// it; and no more than so many bytes of documents, since the owner hears of it when all of it is
// here.
import type { LogRecord } from '../../store/contract.ts';
import { type Change, isKnownChange } from '../../store/records/table.ts';
import { snapshotFormat } from '../../store/snapshot-body.ts';

export interface StorePart {
  readonly records: readonly LogRecord[];
  /** The one after them, where this release does not know it. */
  readonly unknown: LogRecord | undefined;
}

export function storePart(records: readonly LogRecord[], documentBytes: number): StorePart {
  let bytes = 0;
  for (const [at, record] of records.entries()) {
    const { change } = record;
    if (!isReadable(change)) return { records: records.slice(0, at), unknown: record };
    if (change.type === 'log.snapshot') return { records: [record], unknown: undefined };
    if (bytes >= documentBytes) return { records: records.slice(0, at), unknown: undefined };
    if (change.type === 'job.document-added') bytes += change.payload.document.sizeBytes;
  }
  return { records, unknown: undefined };
}

function isReadable(change: Change): boolean {
  if (change.type === 'log.snapshot') return change.payload.format <= snapshotFormat;
  return isKnownChange(change);
}
