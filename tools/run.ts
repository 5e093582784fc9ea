// Runs a program to its end, and fails with the words that it wrote itself.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Resolves to what the program wrote to its standard output. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const options = { cwd, maxBuffer: MAX_OUTPUT_BYTES };
    const { stdout } = await promisify(execFile)(program, [...args], options);
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`${program} ${args.join(' ')} failed${said === '' ? '' : `: ${said}`}`, {
      cause: error,
    });
  }
}
