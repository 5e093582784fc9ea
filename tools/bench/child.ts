// A server that runs as a child process: started, waited for, and ended by its process id.

import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const POLL_MS = 20;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

export interface Child {
  readonly pid: number;
  /** Ends the process in order, or by force when it does not obey. */
  stop(): Promise<void>;
  /** What it wrote last. */
  output(): string;
  /** Rejects with its output when the process ends by itself. */
  readonly ended: Promise<never>;
}

export function startChild(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  let stopping = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT_BYTES);
    });
  }
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (!stopping) reject(new Error(`${program} ended with ${code ?? signal}: ${output}`));
    });
  });
  // Whoever races against it sees the rejection; without a race there is nobody to tell.
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    stop: () => {
      stopping = true;
      return stopChild(child);
    },
  };
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** A port that is free now; a server that can't choose one itself is told to use it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** Resolves once the port answers; rejects when the child ends first, or after a minute. */
export async function waitForPort(port: number, child: Child): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await Promise.race([answers(port), child.ended]))) {
    if (performance.now() > deadline) throw new Error(`no answer: ${child.output()}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
