// Platen and its emulated printer as processes of their own: started, waited for, ended by their
// ids.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readyTimeoutMs = 30_000;
const stopTimeoutMs = 30_000;
const outputBytes = 64 * 1024;

/** How Platen is run: from the sources, or as the single file. */
export type PlatenCommand = readonly [string, ...string[]];

export const platenFromSources: PlatenCommand = [
  process.execPath,
  `${root}firmware/entry/platen.ts`,
];

export const singleFile: PlatenCommand = [`${root}dist/platen-linux-${process.arch}`];

export interface RunningProcess {
  readonly pid: number;
  /** The first line of its standard output, which each of them writes once it is ready. */
  readonly ready: unknown;
  /** What it wrote to standard error, its end. */
  errors(): string;
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Ends it in order; by force where it does not obey. */
  stop(): Promise<number | string>;
  /** As a power cut would: SIGKILL. */
  kill(): Promise<number | string>;
}

export async function startProcess(
  [program, ...args]: PlatenCommand,
  more: readonly string[],
): Promise<RunningProcess> {
  const child = spawn(program, [...args, ...more], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A session of its own: Ctrl-C ends it through whoever started it, and once.
    detached: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-outputBytes);
  });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone'));
  });
  try {
    const line = await firstLine(child, ended, () => errors);
    return {
      pid: child.pid ?? 0,
      ready: JSON.parse(line),
      errors: () => errors,
      ended,
      stop: () => stop(child, ended),
      kill() {
        child.kill('SIGKILL');
        return ended;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function firstLine(
  child: ChildProcess,
  ended: Promise<number | string>,
  errors: () => string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => reject(new Error(`${child.spawnfile} ${why}: ${errors()}`));
    const timer = setTimeout(() => fail('did not say that it is ready'), readyTimeoutMs);
    ended.then(
      (status) => fail(`ended with ${status}`),
      (error: unknown) => fail(String(error)),
    );
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputBytes);
      const end = output.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(output.slice(0, end));
    });
  });
}

async function stop(
  child: ChildProcess,
  ended: Promise<number | string>,
): Promise<number | string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  child.kill('SIGTERM');
  const status = await ended;
  clearTimeout(timer);
  return status;
}
