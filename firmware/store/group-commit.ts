// Group commit: units that wait share one transaction and one sync, and succeed or fail by the disk
// together.
//
// A group of the node's own commits is durable by the journal: its documents and its entry go to
// the active segment in one write with one sync, and the database follows unsynced. Groups with
// anything else, and the first one in each segment, are durable by the database, whose sync covers
// all that was unsynced before; older segments are then needed for their documents only.
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
import { encodeEntry, type JournalPosition, putJournalPosition } from './journal.ts';
import type { LateMarks } from './late-marks.ts';
import type { InlineDocument, SegmentWriter } from './segments.ts';
import type { MarkToWrite } from '../spool/marks.ts';
import type { Sql } from './sql.ts';
import { marksOfUnit } from './unit-marks.ts';
import { type AppliedUnit, applyUnit, asUnit, type PlacedUnit } from './unit.ts';

/** Anything that changes the tables, as one. */
type Apply = (sql: Sql, locations: PlacedUnit['locations']) => AppliedUnit;

interface Waiting {
  /** Can be applied again from its unit alone. */
  readonly journaled: boolean;
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
  /** What the database holds, durably. */
  readonly position: JournalPosition;
  /** Resolves once those that must survive a power cut do. */
  readonly writeMarks: (marks: readonly MarkToWrite[]) => Promise<void>;
  readonly lateMarks: LateMarks;
  /** Called after a durable group with the units that went through. */
  readonly onCommitted: (units: readonly CommitUnit[]) => void;
  /**
   * Called after a durable group with what this node keeps no longer; resolves once it is removed,
   * as far as it can be. Never rejects.
   */
  readonly onDropped: (locations: readonly DocumentLocation[]) => Promise<void>;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #lastEntry: number;
  /** The journal is needed from here on; undefined: nothing of it is. */
  #durableSegment: number | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#lastEntry = options.position.entry;
  }

  /** Segments from this one on hold entries that the database may lack after a power cut. */
  get neededFrom(): number {
    return this.#durableSegment ?? Number.POSITIVE_INFINITY;
  }

  commit(unit: CommitUnit): Promise<CommitOutcome> {
    const journaled = unit.term.generation === 0;
    return this.#hand(unit, journaled, (sql, locations) => applyUnit(sql, { unit, locations }));
  }

  /** What is no unit of an owner, in the same order; rejects where it can't be taken. */
  async perform(unit: CommitUnit, apply: Apply): Promise<void> {
    const outcome = await this.#hand(unit, false, (sql, locations) =>
      asUnit(sql, () => apply(sql, locations)),
    );
    if (outcome.kind === 'refused') throw new StoreError(outcome.message);
  }

  #hand(unit: CommitUnit, journaled: boolean, apply: Apply): Promise<CommitOutcome> {
    if (this.#queue.length >= spoolLimits.queuedCommits) {
      return Promise.resolve(refused('busy', 'too many changes wait for the disk'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<CommitOutcome>();
    this.#queue.push({ unit, journaled, apply, resolve, reject });
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
    const { sql, onDropped, onCommitted } = this.#options;
    const prepared = group.flatMap((waiting) => prepare(sql, waiting) ?? []);
    try {
      const results = await this.#commit(prepared);
      const dropped = results.flatMap((result) => ('thrown' in result ? [] : result.dropped));
      const removed = dropped.length > 0 ? onDropped(dropped) : Promise.resolve();
      onCommitted(prepared.map(({ waiting }) => waiting.unit));
      for (const [index, { waiting }] of prepared.entries()) {
        const answer = () => settle(waiting, results[index]);
        if (makesRoom(waiting.unit)) void removed.then(answer);
        else answer();
      }
    } catch (error) {
      const failure = new StoreError('the change could not be written to disk', { cause: error });
      for (const { waiting } of prepared) waiting.reject(failure);
    }
  }

  async #commit(prepared: readonly Prepared[]): Promise<readonly Result[]> {
    const { sql } = this.#options;
    if (prepared.every(changesNothing)) {
      return sql.transaction(() => prepared.map((one) => applyOne(sql, one)));
    }
    const inline = inlineOf(prepared);
    if (prepared.every(({ waiting }) => waiting.journaled)) {
      try {
        const results = await this.#commitJournaled(prepared, inline);
        if (results !== undefined) return results;
      } catch (error) {
        // What needs no room in a segment may go through all the same: an end makes room.
        if (inline.length > 0) throw error;
      }
    }
    return await this.#commitSynced(prepared, inline);
  }

  /** Undefined where the database has to be durable itself first. */
  async #commitJournaled(
    prepared: readonly Prepared[],
    inline: readonly InlineDocument[],
  ): Promise<readonly Result[] | undefined> {
    const { segments, lateMarks } = this.#options;
    await segments.ready();
    const begin = segments.end;
    if (begin.segment !== this.#durableSegment) return undefined;
    placeInline(segments, prepared);
    const units = prepared.map(({ waiting, locations }) => ({ unit: waiting.unit, locations }));
    const entry = encodeEntry(this.#lastEntry + 1, units);
    if (entry === undefined) return undefined;
    await segments.append(inline, entry);
    this.#lastEntry += 1;
    try {
      const results = this.#apply(prepared, 'unsynced');
      lateMarks.later(prepared.flatMap(({ marks }) => marks));
      return results;
    } catch (error) {
      // Nobody was told of it. The next group begins a segment, behind the entry that never was.
      await segments.takeBack(begin.offsetBytes);
      throw error;
    }
  }

  async #commitSynced(
    prepared: readonly Prepared[],
    inline: readonly InlineDocument[],
  ): Promise<readonly Result[]> {
    const { segments, lateMarks } = this.#options;
    if (inline.length > 0) {
      await segments.ready();
      placeInline(segments, prepared);
      await segments.append(inline);
    }
    const { segment } = segments.end;
    // What the journal tells of starts and ends goes with its segment.
    if (segment !== this.#durableSegment) await lateMarks.settled();
    // Before the transaction: between a durable start and its first byte the disk does nothing.
    await this.#writeMarks(prepared, 'started');
    const results = this.#apply(prepared, 'synced');
    this.#durableSegment = segment;
    await this.#writeMarks(prepared, 'ended');
    return results;
  }

  #writeMarks(prepared: readonly Prepared[], which: MarkToWrite['mark']): Promise<void> {
    const marks = prepared.flatMap((one) => one.marks).filter(({ mark }) => mark === which);
    return marks.length === 0 ? Promise.resolve() : this.#options.writeMarks(marks);
  }

  #apply(prepared: readonly Prepared[], durability: 'synced' | 'unsynced'): readonly Result[] {
    const { sql, segments } = this.#options;
    return sql.transaction(() => {
      const applied = prepared.map((one) => applyOne(sql, one));
      putJournalPosition(sql, { ...segments.end, entry: this.#lastEntry });
      return applied;
    }, durability);
  }
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

/** Whoever lets documents go wants the room. */
function makesRoom({ changes }: CommitUnit): boolean {
  return changes.some(({ type }) => type === 'job.documents-dropped');
}

function changesNothing({ waiting: { journaled, unit } }: Prepared): boolean {
  return journaled && unit.changes.length === 0 && (unit.events ?? []).length === 0;
}

/** Notes where each inline document of the group will be. */
function placeInline(segments: SegmentWriter, prepared: readonly Prepared[]): void {
  const places = segments.places(inlineOf(prepared));
  const all = prepared.flatMap(({ inline, locations }) =>
    inline.map(({ at }) => ({ at, locations })),
  );
  for (const [index, { at, locations }] of all.entries()) {
    const location = places[index];
    if (location !== undefined) locations.push({ ...at, location });
  }
}

function inlineOf(prepared: readonly Prepared[]): readonly InlineDocument[] {
  return prepared.flatMap(({ inline }) => inline.map(({ document }) => document));
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
