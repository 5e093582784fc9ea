// Where log lines go: standard error, written without blocking, and flushed at the end.
import { pino } from 'pino';
import { entryLimits } from '../limits/entry-limits.ts';

export interface LogDestination {
  write(line: string): void;
  /** Writes what waits, at once; for the end of the process. */
  flush(): void;
}

const standardError = 2;

/** A reader that takes nothing costs lines, not memory. */
export function createLogDestination(): LogDestination {
  const stream = pino.destination({
    dest: standardError,
    sync: false,
    maxLength: entryLimits.logBufferBytes,
  });
  return {
    write: (line) => void stream.write(line),
    flush() {
      try {
        stream.flushSync();
      } catch {
        // Standard error is gone, and with it the place to say so.
      }
    },
  };
}
