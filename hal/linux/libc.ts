// Calls to libc that Node has no words for, by koffi.
import koffi from 'koffi';

type Call = (...args: readonly (number | ArrayBufferView | null)[]) => number;

export interface Libc {
  readonly socket: Call;
  readonly bind: Call;
  readonly send: Call;
  readonly recv: Call;
  readonly close: Call;
  readonly ioctl: Call;
}

/** Throws where the addon does not fit this machine. */
export function loadLibc(): Libc {
  const library = koffi.load('libc.so.6');
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void*, uint32_t)'),
    send: library.func('int64_t send(int, const void*, size_t, int)'),
    recv: library.func('int64_t recv(int, void*, size_t, int)'),
    close: library.func('int close(int)'),
    ioctl: library.func('int ioctl(int, unsigned long, void*)'),
  };
}

/** Of the last call that failed. */
export function lastErrno(): number {
  return koffi.errno();
}
