// A program that is kept running and takes commands as lines, so that a renewal costs no process.
import { type ChildProcess, spawn } from 'node:child_process';
import { HalError } from '../../errors.ts';
import type { Clock, Timer } from '../../contract.ts';
import { networkLimits } from '../limits.ts';

export interface LineToolOptions {
  readonly clock: Clock;
  readonly program: string;
  readonly args: readonly string[];
  /** Asks for an output that ends with `ends`; it follows each command. */
  readonly marker: { readonly command: string; readonly ends: (line: string) => boolean };
}

/** Commands run in order; each resolves with what was printed until its marker. */
export interface LineTool {
  run(lines: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

interface Waiting {
  readonly printed: string[];
  readonly resolve: (printed: readonly string[]) => void;
  readonly reject: (error: HalError) => void;
  readonly timer: Timer;
}

export function createLineTool({ clock, program, args, marker }: LineToolOptions): LineTool {
  let child: ChildProcess | undefined;
  let waiting: Waiting[] = [];
  let said = '';
  let hasAnswered = false;

  const end = (why: string) => {
    child?.kill('SIGKILL');
    child = undefined;
    const given = waiting;
    waiting = [];
    for (const each of given) {
      each.timer.cancel();
      each.reject(new HalError('other', program, { detail: why }));
    }
  };

  const onLine = (line: string) => {
    const first = waiting[0];
    if (first === undefined) return;
    if (!marker.ends(line)) {
      if (first.printed.length < networkLimits.toolLines) first.printed.push(line);
      return;
    }
    waiting.shift();
    hasAnswered = true;
    first.timer.cancel();
    first.resolve(first.printed);
  };

  const start = (): ChildProcess => {
    const started = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let rest = '';
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(-networkLimits.toolLineOctets);
      if (started === child) for (const line of lines) onLine(line);
    });
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = text.trim().slice(0, networkLimits.toolLineOctets);
    });
    const ended = (why: string) => {
      if (started === child) end(why);
    };
    started.on('error', (error) => ended(error.message));
    started.on('exit', () => ended(said === '' ? 'it ended' : said));
    // A pipe whose reader is gone: the exit says more.
    started.stdin.on('error', () => undefined);
    return started;
  };

  return {
    run(lines) {
      child ??= start();
      const { stdin } = child;
      return new Promise((resolve, reject) => {
        const patienceMs = hasAnswered ? networkLimits.toolMs : networkLimits.firstAnswerMs;
        const timer = clock.startTimer(patienceMs, () => end('it did not answer'));
        waiting.push({ printed: [], resolve, reject, timer });
        stdin?.write(`${[...lines, marker.command].join('\n')}\n`);
      });
    },
    close: () => end('it was closed'),
  };
}
