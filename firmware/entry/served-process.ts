// The served process of a supervisor: this very program as `serve`, with the pipe as descriptor 3.
import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { isSea } from 'node:sea';
import { Socket } from 'node:net';
import { createLineChannel } from '../supervisor/line-channel.ts';
import { fromSupervisor, toSupervisor } from '../supervisor/messages.ts';
import type { FromSupervisor, ToSupervisor } from '../supervisor/messages.ts';
import type { ProcessEnd, ServedProcess } from '../supervisor/supervisor.ts';
import type { LineChannel } from '../supervisor/line-channel.ts';
import { withoutCapabilities } from './lesser-process.ts';
import { runtimeArguments } from './runtime.ts';

export const pipeDescriptor = 3;

/** `words` are those of the command line behind `supervise`. */
export function startServedProcess(words: readonly string[]): ServedProcess {
  const serve = ['serve', '--supervised', ...words];
  const args = isSea()
    ? serve
    : [...new Set([...process.execArgv, ...runtimeArguments]), process.argv[1] ?? '', ...serve];
  const [program = process.execPath, ...given] = [
    ...withoutCapabilities(),
    process.execPath,
    ...args,
  ];
  const child = spawn(program, given, {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('error', () => resolve({ code: undefined, signal: undefined }));
    child.once('exit', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
  const pipe = child.stdio[pipeDescriptor];
  if (!(pipe instanceof Duplex)) throw new Error('the child has no pipe');
  return {
    channel: createLineChannel<FromSupervisor, ToSupervisor>(pipe, toSupervisor),
    ended,
    signal: (signal) => void child.kill(signal),
  };
}

/** The served process's end. */
export function openSupervisorPipe(): LineChannel<ToSupervisor, FromSupervisor> {
  const pipe = new Socket({ fd: pipeDescriptor });
  return createLineChannel<ToSupervisor, FromSupervisor>(pipe, fromSupervisor);
}
