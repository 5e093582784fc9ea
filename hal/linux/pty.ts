// A pseudo-terminal (pty(7)) as the printer at the other end of a serial line, for the self-test.
import { closeSync, constants, readSync } from 'node:fs';
import type { Clock } from '../contract.ts';
import { sleep } from '../time.ts';
import { loadLibc } from './libc.ts';

export interface Pty {
  /** What a serial port is opened by. */
  readonly path: string;
  /** Resolves with the next bytes that came along the line. */
  read(signal: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

const pathBytes = 128;
const readBytes = 4_096;
const lookMs = 5;

/** Throws where the machine has none. */
export function openPty(clock: Clock): Pty {
  const libc = loadLibc();
  const open = libc.call('int posix_openpt(int flags)');
  const descriptor = open(constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  if (descriptor < 0) throw new Error(`no pseudo-terminal: errno ${libc.errno()}`);
  const name = Buffer.alloc(pathBytes);
  const isNamed =
    libc.call('int grantpt(int descriptor)')(descriptor) === 0 &&
    libc.call('int unlockpt(int descriptor)')(descriptor) === 0 &&
    libc.call('int ptsname_r(int descriptor, void *name, size_t size)')(
      descriptor,
      name,
      name.length,
    ) === 0;
  if (!isNamed) {
    const why = libc.errno();
    closeSync(descriptor);
    throw new Error(`the pseudo-terminal has no other end: errno ${why}`);
  }
  return {
    path: name.subarray(0, name.indexOf(0)).toString('latin1'),
    async read(signal) {
      const bytes = new Uint8Array(readBytes);
      for (;;) {
        const count = readNow(descriptor, bytes);
        if (count > 0) return bytes.subarray(0, count);
        await sleep(clock, lookMs, signal);
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** 0 where there is nothing: nobody has opened the other end (EIO), or sent anything (EAGAIN). */
function readNow(descriptor: number, bytes: Uint8Array): number {
  try {
    return readSync(descriptor, bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN' || code === 'EIO') return 0;
    throw error;
  }
}
