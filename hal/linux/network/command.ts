// Runs a small program once and waits for its end, within a time.
import { execFile } from 'node:child_process';
import { HalError } from '../../errors.ts';
import { networkLimits } from '../limits.ts';

/** Its standard output; rejects with what it wrote to standard error. */
export function runCommand(
  program: string,
  args: readonly string[],
  timeoutMs: number = networkLimits.commandMs,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const detail = stderr.trim().split('\n')[0];
      const missing = 'code' in error && error.code === 'ENOENT';
      reject(
        new HalError(missing ? 'not-found' : 'other', program, {
          cause: error,
          ...(detail === undefined || detail === '' ? {} : { detail }),
        }),
      );
    });
  });
}
