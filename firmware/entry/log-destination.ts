// Where log lines go: standard error, written without blocking, and flushed at the end.
import { write, writeSync } from 'node:fs';
import type { Clock } from '../../hal/contract.ts';
import { entryLimits } from '../limits/entry-limits.ts';

export interface LogDestination {
  write(line: string): void;
  /** Writes what waits, at once; for the end of the process. */
  flush(): void;
}

const standardError = 2;

/**
 * A reader that takes nothing, or a full disk, costs lines; it costs neither memory nor the
 * appliance, which goes on without a log and writes again as soon as lines are taken.
 */
export function createLogDestination({
  clock,
  file = standardError,
}: {
  readonly clock: Clock;
  readonly file?: number;
}): LogDestination {
  let waiting: string[] = [];
  let waitingCharacters = 0;
  let writing = false;

  const take = (): Buffer => {
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    waitingCharacters = 0;
    return bytes;
  };

  const send = (bytes: Buffer): void => {
    writing = true;
    write(file, bytes, (error, writtenBytes) => {
      if (error?.code === 'EAGAIN') {
        clock.startTimer(entryLimits.logRetryMs, () => send(bytes));
        return;
      }
      writing = false;
      const rest = error === null ? bytes.subarray(writtenBytes) : noBytes;
      if (rest.length > 0) send(rest);
      else if (waiting.length > 0) send(take());
    });
  };

  return {
    write(line) {
      if (waitingCharacters + line.length > entryLimits.logBufferCharacters) return;
      waiting.push(line);
      waitingCharacters += line.length;
      if (!writing) send(take());
    },
    flush() {
      try {
        for (let rest = take(); rest.length > 0; ) {
          rest = rest.subarray(writeSync(file, rest));
        }
      } catch {
        // Standard error takes nothing, and there is no other place to say so.
      }
    },
  };
}

const noBytes = Buffer.alloc(0);
