// Group commit: units that wait share one segment sync and one transaction, and succeed or fail by
// the disk together.
import { isHalError } from '../../hal/errors.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import {
  type CommitOutcome,
  type CommitUnit,
  type DocumentLocation,
  StoreError,
} from './contract.ts';
import { documentsOfUnit, inlineDocument } from './inline-documents.ts';
import type { InlineDocument, SegmentWriter } from './segments.ts';
import type { MarkToWrite } from '../spool/marks.ts';
import type { Sql } from './sql.ts';
import { marksOfUnit } from './unit-marks.ts';
import { type AppliedUnit, applyUnit, asUnit, type PlacedUnit } from './unit.ts';

/** Anything that changes the tables, as one. */
type Apply = (sql: Sql, locations: PlacedUnit['locations']) => AppliedUnit;

interface Waiting {
  /** Where documents and marks come from; without changes where there are none. */
  readonly unit: CommitUnit;
  readonly apply: Apply;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

type Location = PlacedUnit['locations'][number];

/** A unit on its way: what it needs in a segment, and where its documents are. */
interface Prepared {
  readonly waiting: Waiting;
  readonly inline: readonly {
    readonly at: Omit<Location, 'location'>;
    readonly document: InlineDocument;
  }[];
  readonly locations: Location[];
  readonly marks: readonly MarkToWrite[];
}

/** What became of one unit: applied, or thrown out by a bug of its caller. */
type Result = AppliedUnit | { readonly thrown: unknown };

export interface GroupCommitOptions {
  readonly sql: Sql;
  readonly segments: SegmentWriter;
  /** Resolves once those that must survive a power cut do. */
  readonly writeMarks: (marks: readonly MarkToWrite[]) => Promise<void>;
  /** Called after a durable group with the units that went through. */
  readonly onCommitted: (units: readonly CommitUnit[]) => void;
  /** Called after a durable group with what this node keeps no longer. */
  readonly onDropped: (locations: readonly DocumentLocation[]) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #queue: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  commit(unit: CommitUnit): Promise<CommitOutcome> {
    return this.#hand(unit, (sql, locations) => applyUnit(sql, { unit, locations }));
  }

  /** What is no unit of an owner, in the same order; rejects where it can't be taken. */
  async perform(unit: CommitUnit, apply: Apply): Promise<void> {
    const outcome = await this.#hand(unit, (sql, locations) =>
      asUnit(sql, () => apply(sql, locations)),
    );
    if (outcome.kind === 'refused') throw new StoreError(outcome.message);
  }

  #hand(unit: CommitUnit, apply: Apply): Promise<CommitOutcome> {
    if (this.#queue.length >= spoolLimits.queuedCommits) {
      return Promise.resolve(refused('busy', 'too many changes wait for the disk'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<CommitOutcome>();
    this.#queue.push({ unit, apply, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves once nothing waits; never rejects. */
  async drained(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn of the microtasks: who commits in the same breath shares the first group too.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      await this.#runGroup(this.#queue.splice(0, spoolLimits.commitsPerGroup));
    }
    this.#running = undefined;
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    const { sql, segments, onDropped, onCommitted } = this.#options;
    const prepared = group.flatMap((waiting) => prepare(sql, waiting) ?? []);
    try {
      await placeInline(segments, prepared);
      // Before the transaction: between a durable start and its first byte the disk does nothing.
      await this.#writeMarks(prepared, 'started');
      const results = sql.transaction(() => prepared.map((one) => applyOne(sql, one)));
      const dropped = results.flatMap((result) => ('thrown' in result ? [] : result.dropped));
      if (dropped.length > 0) onDropped(dropped);
      onCommitted(prepared.map(({ waiting }) => waiting.unit));
      const decided = prepared.map((one, index) => ({ one, result: results[index] }));
      const [ends, others] = [decided.filter(marksEnd), decided.filter((each) => !marksEnd(each))];
      for (const { one, result } of others) settle(one.waiting, result);
      await this.#writeMarks(prepared, 'ended');
      for (const { one, result } of ends) settle(one.waiting, result);
    } catch (error) {
      const failure = new StoreError('the change could not be written to disk', { cause: error });
      for (const { waiting } of prepared) waiting.reject(failure);
    }
  }

  #writeMarks(prepared: readonly Prepared[], which: MarkToWrite['mark']): Promise<void> {
    const marks = prepared.flatMap((one) => one.marks).filter(({ mark }) => mark === which);
    return marks.length === 0 ? Promise.resolve() : this.#options.writeMarks(marks);
  }
}

function marksEnd({ one }: { readonly one: Prepared }): boolean {
  return one.marks.some(({ mark }) => mark === 'ended');
}

/**
 * Undefined where the unit was answered already: it breaks the contract, or its job is not there.
 */
function prepare(sql: Sql, waiting: Waiting): Prepared | undefined {
  try {
    const inline: Prepared['inline'][number][] = [];
    const locations: Location[] = [];
    for (const { document, record } of documentsOfUnit(waiting.unit)) {
      const at = { jobId: document.jobId, number: document.number };
      const placed = preparedDocument(sql, waiting.unit, document.source, record);
      if (placed.kind === 'refused') {
        waiting.resolve(placed);
        return undefined;
      }
      if (placed.kind === 'inline') inline.push({ at, document: placed });
      else if (placed.kind !== 'none') locations.push({ ...at, location: placed });
    }
    return { waiting, inline, locations, marks: marksOfUnit(sql, waiting.unit) };
  } catch (error) {
    waiting.reject(isHalError(error) ? new StoreError(error.message, { cause: error }) : error);
    return undefined;
  }
}

type UnitDocuments = ReturnType<typeof documentsOfUnit>[number];

function preparedDocument(
  sql: Sql,
  unit: CommitUnit,
  source: UnitDocuments['document']['source'],
  record: UnitDocuments['record'],
): InlineDocument | DocumentLocation | { readonly kind: 'none' } | Refusal {
  if (source.kind === 'none') return source;
  if (source.kind === 'inline') return inlineDocument(sql, unit, record, source.bytes);
  return { kind: 'file', name: source.name, sizeBytes: record.document.sizeBytes };
}

/** Writes all inline documents of the group at once, and notes where each is. */
async function placeInline(segments: SegmentWriter, prepared: readonly Prepared[]): Promise<void> {
  const all = prepared.flatMap(({ inline, locations }) =>
    inline.map(({ at, document }) => ({ at, document, locations })),
  );
  if (all.length === 0) return;
  const places = await segments.append(all.map(({ document }) => document));
  for (const [index, { at, locations }] of all.entries()) {
    const location = places[index];
    if (location !== undefined) locations.push({ ...at, location });
  }
}

function applyOne(sql: Sql, { waiting, locations }: Prepared): Result {
  try {
    return waiting.apply(sql, locations);
  } catch (error) {
    // A fault of the disk ends the whole group; a fault of one caller ends that caller's unit.
    if (isHalError(error)) throw error;
    return { thrown: error };
  }
}

function settle(waiting: Waiting, result: Result | undefined): void {
  if (result === undefined || 'thrown' in result) waiting.reject(result?.thrown);
  else waiting.resolve(result.outcome);
}
