// The adapter of the library `koffi`: calls to libc, for what Node has not.
import koffi from 'koffi';

export type LibcCall = (...args: readonly (number | Uint8Array | null)[]) => number;

export interface Libc {
  /** By its prototype in C; throws where libc has none of that name, or the addon does not fit. */
  call(prototype: string): LibcCall;
  /** Of the last call in this thread. */
  errno(): number;
}

/** Throws where the addon does not fit this machine. */
export function loadLibc(): Libc {
  const library = koffi.load('libc.so.6');
  return {
    call: (prototype) => library.func(prototype),
    errno: () => koffi.errno(),
  };
}
