// Keeps the newest lines of the log in a few files of bounded size; a disk that takes none costs
// lines, and nothing else.
import type { Clock, Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';

export interface LogFilesOptions {
  readonly files: Files;
  readonly clock: Pick<Clock, 'startTimer'>;
  /** Holds platen.log, platen.1.log … */
  readonly folder: string;
}

export interface LogFiles {
  write(line: string): void;
  /** Ends after what was written is in the file. */
  close(): Promise<void>;
}

export function logFilePaths(folder: string): readonly string[] {
  const older = Array.from({ length: limits.logOlderFiles }, (_, age) => `platen.${age + 1}.log`);
  return ['platen.log', ...older].map((name) => `${folder}/${name}`);
}

export function createLogFiles({ files, clock, folder }: LogFilesOptions): LogFiles {
  const paths = logFilePaths(folder);
  const [current = ''] = paths;
  let waiting = '';
  let work: Promise<void> | undefined;
  let resting = false;

  const run = async (): Promise<void> => {
    await files.makeDirectory(folder);
    while (waiting !== '') {
      const taken = waiting;
      waiting = '';
      const file = await files.open(current, 'read-write').catch((error: unknown) => {
        if (!isHalError(error, 'not-found')) throw error;
        return files.open(current, 'create');
      });
      let sizeBytes: number;
      try {
        sizeBytes = await file.sizeBytes();
        const bytes = Buffer.from(taken);
        await file.write(bytes, sizeBytes);
        sizeBytes += bytes.length;
      } finally {
        await file.close();
      }
      if (sizeBytes >= limits.logFileBytes) await rotate(files, paths);
    }
  };

  /** A full or failing disk is tried again after a while; lines meanwhile are bounded. */
  const rest = (): void => {
    resting = true;
    clock.startTimer(limits.retryLastMs, () => {
      resting = false;
      if (waiting !== '') begin();
    });
  };

  const begin = (): void => {
    work ??= run()
      .catch((error: unknown) => {
        // Also after a fault of ours, which is told and would else come again at once.
        rest();
        if (!isHalError(error)) throw error;
      })
      .finally(() => {
        work = undefined;
        if (waiting !== '' && !resting) begin();
      });
  };

  return {
    write(line) {
      if (waiting.length + line.length > limits.logWaitingCharacters) return;
      waiting += line;
      if (!resting) begin();
    },
    async close() {
      await work;
    },
  };
}

async function rotate(files: Files, paths: readonly string[]): Promise<void> {
  for (let age = paths.length - 1; age > 0; age -= 1) {
    const [from, to] = [paths[age - 1], paths[age]];
    if (from === undefined || to === undefined) continue;
    try {
      await files.rename(from, to);
    } catch (error) {
      if (!isHalError(error, 'not-found')) throw error;
    }
  }
}
