// A command whose output is shown as it comes, and which ends in time.
import { spawn } from 'node:child_process';

export interface Limit {
  readonly ms: number;
  /** How long it has to tell what it was at, once it is asked to end. */
  readonly graceMs: number;
}

/** Resolves with its exit status; 1 where a signal ended it, or the limit did. */
export function runShown(
  command: readonly [string, ...string[]],
  limit?: Limit,
  warn: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<number> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.on('SIGINT', forward).on('SIGTERM', forward);
    let isLate = false;
    const timers: NodeJS.Timeout[] = [];
    if (limit !== undefined) {
      const end = () => {
        isLate = true;
        warn(`${file} has not ended within ${limit.ms / 1000} s: it is ended now\n`);
        child.kill('SIGTERM');
        timers.push(setTimeout(() => child.kill('SIGKILL'), limit.graceMs));
      };
      timers.push(setTimeout(end, limit.ms));
    }
    const settle = () => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      for (const timer of timers) clearTimeout(timer);
    };
    child.once('error', (error) => {
      settle();
      reject(new Error(`${file} can't be run`, { cause: error }));
    });
    child.once('close', (code) => {
      settle();
      resolve(isLate ? 1 : (code ?? 1));
    });
  });
}
