// The shape of a log: where its terms begin, what it shares with another, and how it grows and is
// cut.
import type { LogRecord, Term } from '../store/contract.ts';
import type { HistoryEntry, Position } from './contract/message.ts';
import type { LogShape } from './contract/state.ts';
import { sameTerm } from './term.ts';

export function emptyLog(term: Term): LogShape {
  return { end: { term, seq: 0 }, history: [] };
}

/** The term of the record at `seq`, which must not be past the end. */
function termAt(log: LogShape, seq: number): Term | undefined {
  return log.history.findLast((entry) => entry.firstSeq <= seq)?.term;
}

/** True where the log has exactly this record (or the place before the first). */
export function contains(log: LogShape, position: Position): boolean {
  if (position.seq === 0) return true;
  if (position.seq > log.end.seq) return false;
  const term = termAt(log, position.seq);
  return term !== undefined && sameTerm(term, position.term);
}

/**
 * An empty log beside one with records is that of a box in the place of another one: it says
 * nothing of what that one did.
 */
export function knowsNothing(mine: LogShape, theirs: Position | undefined): boolean {
  return theirs?.seq === 0 && mine.end.seq > 0;
}

/** J1: the last place that both logs have, found from where their terms begin. */
export function forkOf(mine: LogShape, theirs: LogShape): Position {
  let fork: Position = { term: mine.end.term, seq: 0 };
  for (const [index, entry] of mine.history.entries()) {
    const other = theirs.history[index];
    if (
      other === undefined ||
      other.firstSeq !== entry.firstSeq ||
      !sameTerm(other.term, entry.term)
    ) {
      break;
    }
    const lastMine = (mine.history[index + 1]?.firstSeq ?? mine.end.seq + 1) - 1;
    const lastTheirs = (theirs.history[index + 1]?.firstSeq ?? theirs.end.seq + 1) - 1;
    fork = { term: entry.term, seq: Math.min(lastMine, lastTheirs) };
    if (lastMine !== lastTheirs) break;
  }
  return fork;
}

/** The log with records after its end; with a snapshot, in place of what was there. */
export function grown(log: LogShape, records: readonly LogRecord[]): LogShape {
  return records.reduce(
    (shape, { term, seq, change }) =>
      change.type === 'log.snapshot'
        ? { begin: { term, seq }, end: { term, seq }, history: change.payload.terms }
        : grownTo(shape, { term, seq }),
    log,
  );
}

/** The log with everything up to `end` appended, all of it in the term of `end`. */
export function grownTo(log: LogShape, end: Position): LogShape {
  if (end.seq <= log.end.seq) return log;
  const last = log.history.at(-1);
  const history =
    last !== undefined && sameTerm(last.term, end.term)
      ? log.history
      : [...log.history, { term: end.term, firstSeq: log.end.seq + 1 } satisfies HistoryEntry];
  return { ...log, end, history };
}

/** The log without what comes after `fork`. */
export function cutAt(log: LogShape, fork: Position): LogShape {
  if (fork.seq >= log.end.seq) return log;
  return {
    ...log,
    end: fork,
    history: log.history.filter((entry) => entry.firstSeq <= fork.seq),
  };
}
