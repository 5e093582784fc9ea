// A process of the bench whose standard output is JSON lines.
import type { ChildProcess } from 'node:child_process';
import type { Host } from '../hosts/hosts.ts';

export interface LineProcess {
  readonly child: ChildProcess;
  /** Resolves with the first line. */
  readonly first: Promise<unknown>;
  /** Its standard error, the end of it. */
  errors(): string;
  readonly ended: Promise<void>;
}

const keptErrorBytes = 256 * 1024;

export function startLines(
  host: Pick<Host, 'start'>,
  command: readonly [string, ...string[]],
  onLine: (line: unknown) => void = () => undefined,
): LineProcess {
  const [program, ...args] = command;
  const child = host.start(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const first = Promise.withResolvers<unknown>();
  let rest = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const value: unknown = JSON.parse(line);
      first.resolve(value);
      onLine(value);
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-keptErrorBytes);
  });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      first.reject(new Error(`${command.join(' ')} ended: ${errors}`));
      resolve();
    });
  });
  first.promise.catch(() => undefined);
  return { child, first: first.promise, errors: () => errors, ended };
}
