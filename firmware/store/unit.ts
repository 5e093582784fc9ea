// One unit of a commit: its records applied to the tables and appended to the log, all of them or
// none.
import { type Refusal, refused } from '../errors/codes.ts';
import type { PlatenEvent } from '../events/event.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { CommitOutcome, CommitUnit, DocumentLocation } from './contract.ts';
import { insertEvent } from './event-rows.ts';
import { findJob } from './job-rows.ts';
import { putLocation, takeLocations } from './location-rows.ts';
import {
  appendRecord,
  compareTerms,
  boundRecords,
  findLogEnd,
  nextJobNumber,
  putLogEnd,
} from './log-rows.ts';
import { findPrinter } from './printer-rows.ts';
import type { ApplyContext } from './records/row.ts';
import { applyChange } from './records/table.ts';
import type { Sql } from './sql.ts';

/** A unit whose bytes are on disk already. */
export interface PlacedUnit {
  readonly unit: CommitUnit;
  readonly locations: readonly {
    readonly jobId: string;
    readonly number: number;
    readonly location: DocumentLocation;
  }[];
}

export interface AppliedUnit {
  readonly outcome: CommitOutcome;
  /** What this node keeps no longer; to be removed once the transaction is durable. */
  readonly dropped: readonly DocumentLocation[];
}

/** Runs inside a transaction: a refusal, or a throw, undoes this unit only. */
export function applyUnit(sql: Sql, placed: PlacedUnit): AppliedUnit {
  return asUnit(sql, () => applyAll(sql, placed));
}

export function asUnit(sql: Sql, work: () => AppliedUnit): AppliedUnit {
  return sql.unit(work, ({ outcome }) => outcome.kind === 'refused');
}

function applyAll(sql: Sql, { unit, locations }: PlacedUnit): AppliedUnit {
  const { spooler, term } = unit;
  const end = findLogEnd(sql, spooler);
  if (unit.changes.length > 0 && end !== undefined && compareTerms(term, end.term) < 0) {
    return refusedUnit(refused('not-live', `${spooler} has a newer owner than ${term.node}`));
  }
  const draft = createOutcomeDraft(sql, spooler);
  let seq = end?.seq ?? 0;
  if (unit.changes.length > 0) putLogEnd(sql, { spooler, term, seq });
  // Before the changes, so that one that ends the job finds them.
  for (const { jobId, number, location } of locations) putLocation(sql, jobId, number, location);
  for (const change of unit.changes) {
    seq += 1;
    const refusal = applyChange(draft.contextAt(seq), change);
    if (refusal !== undefined) return refusedUnit(refusal);
    appendRecord(sql, { spooler, term, seq }, change);
  }
  if (unit.changes.length > 0) putLogEnd(sql, { spooler, term, seq });
  for (const event of unit.events ?? []) draft.emit(event);
  boundTail(sql, unit, seq);
  return { outcome: draft.outcome(seq), dropped: draft.dropped };
}

/** What applying records tells, gathered while they are applied. */
export function createOutcomeDraft(sql: Sql, spooler: string) {
  const events: PlatenEvent[] = [];
  const jobIds = new Set<string>();
  const printerIds = new Set<string>();
  const dropped: DocumentLocation[] = [];
  const emit: ApplyContext['emit'] = (event) => {
    events.push(insertEvent(sql, event));
  };
  return {
    events,
    dropped,
    emit,
    contextAt: (seq: number): ApplyContext => ({
      sql,
      spooler,
      seq,
      emit,
      nextJobNumber: () => nextJobNumber(sql, spooler),
      touchJob: (id) => void jobIds.add(id),
      touchPrinter: (id) => void printerIds.add(id),
      dropDocuments: (jobId) => void dropped.push(...takeLocations(sql, jobId)),
    }),
    outcome: (lastSeq: number): CommitOutcome => ({
      kind: 'committed',
      lastSeq,
      jobs: [...jobIds].flatMap((id) => findJob(sql, spooler, id) ?? []),
      printers: [...printerIds].flatMap((id) => findPrinter(sql, spooler, id) ?? []),
      events,
    }),
  };
}

/**
 * A log that nobody replicates (generation 0) keeps a tail only; a group's is cut by who owns it.
 */
function boundTail(sql: Sql, { spooler, term, changes }: CommitUnit, seq: number): void {
  if (term.generation > 0 || changes.length === 0) return;
  boundRecords(sql, spooler, seq - spoolLimits.logTail);
}

function refusedUnit(refusal: Refusal): AppliedUnit {
  return { outcome: refusal, dropped: [] };
}
