// One node's copy of a group's log: what the machine's effects on it do to the disk.
import type { ClusterEvent } from '../../../firmware/cluster/contract/event.ts';
import type { Effect } from '../../../firmware/cluster/contract/effect.ts';
import type { LogRecord, Term } from '../../../firmware/store/contract.ts';
import type { Change } from '../../../firmware/store/records/table.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Spooler } from './spooler.ts';

export interface GroupLog {
  append(id: number, changes: readonly Change[], term: Term): void;
  read(effect: Extract<Effect, { kind: 'read-records' }>): void;
  /** J2: what was handed over is committed by the owner, in its own term. */
  takeTail(records: readonly LogRecord[]): void;
}

export interface GroupLogOptions {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  /** What is on the disk. */
  readonly records: LogRecord[];
  readonly write: (apply: () => void, done: () => void) => void;
  readonly inProcess: (action: () => void) => () => void;
  readonly feed: (event: ClusterEvent) => void;
  readonly spooler: () => Spooler | undefined;
  readonly term: () => Term | undefined;
}

export function createGroupLog(options: GroupLogOptions): GroupLog {
  const { timeline, random, records: log, write, inProcess, feed, spooler, term: of } = options;

  const appendChanges = (
    changes: readonly Change[],
    term: Term,
    done: (end: { term: Term; seq: number }) => void,
  ) => {
    let records: readonly LogRecord[] = [];
    write(
      () => {
        const from = log.length;
        records = changes.map((change, index) => ({
          spooler: 'group',
          term,
          seq: from + index + 1,
          change,
        }));
        log.push(...records);
      },
      () => {
        spooler()?.appended(records);
        const last = records.at(-1);
        done({ term: last?.term ?? term, seq: last?.seq ?? log.length });
      },
    );
  };
  const read = (effect: Extract<Effect, { kind: 'read-records' }>) => {
    const records = log.slice(effect.after.seq, effect.after.seq + effect.limit);
    const { of, term, after } = effect;
    timeline.after(
      random.between(0.1, 3),
      inProcess(() => feed({ kind: 'records-read', of, term, after, records })),
    );
  };
  const takeTail = (records: readonly LogRecord[]) => {
    const term = of();
    const mine = spooler();
    if (term === undefined || mine === undefined) return;
    const throughSeq = records.at(-1)?.seq ?? 0;
    const changes = mine.planTail(records);
    if (changes.length === 0) {
      const seq = log.length;
      feed({ kind: 'tail-taken', throughSeq, end: { term, seq } });
      return;
    }
    appendChanges(changes, term, (end) => {
      feed({ kind: 'tail-taken', throughSeq, end });
    });
  };

  return {
    append: (id, changes, term) =>
      appendChanges(changes, term, (end) => feed({ kind: 'appended', id, end })),
    read,
    takeTail,
  };
}
