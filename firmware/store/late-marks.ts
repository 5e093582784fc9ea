// Marks in the spool that need not be waited for: the journal tells the same, until its segment
// goes.
import { storeLimits } from '../limits/store-limits.ts';
import type { MarkToWrite } from '../spool/marks.ts';

export interface LateMarks {
  /** Written soon, in this order, and not synced. */
  later(marks: readonly MarkToWrite[]): void;
  /** Resolves once all marks so far survive a power cut, or can't be written. Never rejects. */
  settled(): Promise<void>;
}

/** `write` passes over what the disk can not change. */
export function createLateMarks(
  write: (marks: readonly MarkToWrite[]) => Promise<void>,
): LateMarks {
  /** One for each document that was marked since the last sync: the last one tells all. */
  const unsynced = new Map<string, MarkToWrite>();
  let work = Promise.resolve();
  return {
    later(marks) {
      if (marks.length === 0) return;
      for (const mark of marks) unsynced.set(keyOf(mark), mark);
      const loose = marks.map((mark) => ({ ...mark, synced: false }));
      work = work.then(() => write(loose));
      if (unsynced.size >= storeLimits.lateMarks) void this.settled();
    },
    async settled() {
      const marks = [...unsynced.values()].map((mark) => ({ ...mark, synced: true }));
      unsynced.clear();
      work = work.then(() => write(marks));
      await work;
    },
  };
}

function keyOf({ location }: MarkToWrite): string {
  return location.kind === 'file' ? location.name : `${location.name} ${location.offsetBytes}`;
}
