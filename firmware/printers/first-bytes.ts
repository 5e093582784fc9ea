// Which attempts have sent their first byte: a note for each port in memory that a kill leaves and
// a new boot forgets.
import type { Memos } from '../../hal/contract.ts';
import type { Job } from '../jobs/job.ts';

/**
 * A start is committed before the first byte leaves; what happened between the two no commit can
 * tell. After a kill these notes do: an attempt without one has sent nothing, so that its job
 * starts again without a mark. After a power cut there are none, and nothing is certain.
 */
export interface FirstBytes {
  /** In the same breath the first byte may leave: what comes in between is a few instructions. */
  note(portName: string, job: Pick<Job, 'id' | 'attempts'>): void;
  /** False only where it is certain that this attempt sent nothing. */
  mayHaveSent(job: Pick<Job, 'id' | 'attempts'>): boolean;
  /** Every attempt from now on is noted. */
  begin(): void;
  close(): void;
}

const begun = 'begun';

/**
 * Without memos, nothing is ever certain. Where one can not be written, all of them are taken away
 * before the byte leaves: a mark too many is better than a printer that waits for memory.
 */
export function createFirstBytes(memos: Memos | undefined): FirstBytes {
  let writable = memos;
  const write = (key: string, text: string) => {
    try {
      writable?.write(key, text);
    } catch {
      writable?.close();
      writable = undefined;
    }
  };
  return {
    note: (portName, job) => write(`port ${portName}`, keyOf(job)),
    mayHaveSent: (job) =>
      memos === undefined || !memos.before.includes(begun) || memos.before.includes(keyOf(job)),
    begin: () => write(begun, begun),
    close: () => writable?.close(),
  };
}

/** `attempts` as the start record made it. */
function keyOf({ id, attempts }: Pick<Job, 'id' | 'attempts'>): string {
  return `${id} ${attempts}`;
}
