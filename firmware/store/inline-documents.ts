// A unit's documents before the commit: each must have its record, and inline ones get the header
// that goes beside them.
import { type Refusal, refused } from '../errors/codes.ts';
import type { SpoolHeader } from '../spool/header.ts';
import { encodeFrame } from '../spool/frame.ts';
import type { CommitUnit, DocumentToStore } from './contract.ts';
import { findJob } from './job-rows.ts';
import { findPrinter } from './printer-rows.ts';
import type { JobPayload } from './records/job-payloads.ts';
import type { InlineDocument } from './segments.ts';
import type { Sql } from './sql.ts';

/** The caller broke the contract of CommitUnit: a bug of ours, nothing was stored. */
export class UnitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnitError';
  }
}

export interface UnitDocument {
  readonly document: DocumentToStore;
  readonly record: JobPayload<'job.document-added'>;
}

/**
 * Pairs documents and records; a record without bytes, or bytes without a record, is a UnitError.
 */
export function documentsOfUnit(unit: CommitUnit): readonly UnitDocument[] {
  const documents = unit.documents ?? [];
  const records = unit.changes.flatMap((change) =>
    change.type === 'job.document-added' ? [change.payload] : [],
  );
  if (records.length !== documents.length) {
    throw new UnitError(`${records.length} records of documents for ${documents.length} documents`);
  }
  return documents.map((document) => {
    const record = records.find(
      ({ jobId, document: { number } }) => jobId === document.jobId && number === document.number,
    );
    if (record === undefined) {
      throw new UnitError(`document ${document.number} of job ${document.jobId} has no record`);
    }
    const { source } = document;
    if (source.kind === 'inline' && source.bytes.length !== record.document.sizeBytes) {
      throw new UnitError(
        `document ${document.number} of job ${document.jobId} has ${source.bytes.length} bytes, ` +
          `its record says ${record.document.sizeBytes}`,
      );
    }
    return { document, record };
  });
}

/** The document with its frame; its job is in the unit, or was committed before. */
export function inlineDocument(
  sql: Sql,
  unit: CommitUnit,
  record: JobPayload<'job.document-added'>,
  bytes: Uint8Array,
): InlineDocument | Refusal {
  const job = jobInUnit(sql, unit, record.jobId) ?? jobInStore(sql, unit, record.jobId);
  if (job === undefined) return refused('job-not-found', `there is no job ${record.jobId}`);
  const frame = encodeFrame({
    kind: 'document',
    spooler: unit.spooler,
    ...job,
    document: record.document,
    last: record.last,
    at: record.at,
  });
  if (frame === undefined) {
    return refused('too-large', `the attributes of job ${record.jobId} are too large`);
  }
  return { kind: 'inline', frame, bytes };
}

type JobInHeader = Pick<SpoolHeader, 'job' | 'printer'>;

function jobInUnit(sql: Sql, unit: CommitUnit, jobId: string): JobInHeader | undefined {
  for (const change of unit.changes) {
    if (change.type !== 'job.created' || change.payload.id !== jobId) continue;
    const { id, printerId, name, origin, priority, copies, hold, attributes } = change.payload;
    const { holdUntil } = change.payload;
    return {
      printer: printerInHeader(sql, unit.spooler, printerId),
      job: {
        id,
        name,
        origin,
        priority,
        copies,
        hold,
        ...(holdUntil === undefined ? {} : { holdUntil }),
        attributes,
      },
    };
  }
  return undefined;
}

function jobInStore(sql: Sql, unit: CommitUnit, jobId: string): JobInHeader | undefined {
  const job = findJob(sql, unit.spooler, jobId);
  if (job === undefined) return undefined;
  const { id, number, name, origin, priority, copies, attributes } = job;
  const hold = job.state === 'pending-held';
  return {
    printer: printerInHeader(sql, unit.spooler, job.printerId),
    job: {
      id,
      number,
      name,
      origin,
      priority,
      copies,
      hold,
      ...(job.hold === undefined ? {} : { holdUntil: job.hold }),
      attributes,
    },
  };
}

function printerInHeader(sql: Sql, spooler: string, id: string): SpoolHeader['printer'] {
  return { id, name: findPrinter(sql, spooler, id)?.name ?? '' };
}
