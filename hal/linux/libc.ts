// The adapter of the library `koffi`: calls to libc, for what Node has not.
import koffi from 'koffi';

type LibcArguments = readonly (number | Uint8Array | null)[];

export type LibcCall = (...args: LibcArguments) => number;

/** In a thread of the pool; resolves with the errno of the call too. */
export type LibcCallAsync = (
  ...args: LibcArguments
) => Promise<{ readonly value: number; readonly errno: number }>;

export interface Libc {
  /** By its prototype in C; throws where libc has none of that name, or the addon does not fit. */
  call(prototype: string): LibcCall;
  /** As `call`, for what the kernel may take its time over. */
  callAsync(prototype: string): LibcCallAsync;
  /** Of the last call in this thread. */
  errno(): number;
}

/** Throws where the addon does not fit this machine. */
export function loadLibc(): Libc {
  const library = koffi.load('libc.so.6');
  return {
    call: (prototype) => library.func(prototype),
    callAsync(prototype) {
      const native = library.func(prototype);
      return async (...args) => {
        const { promise, resolve, reject } = Promise.withResolvers<number>();
        let errno = 0;
        native.async(...args, (error: Error | null, value: number) => {
          errno = koffi.errno();
          if (error === null) resolve(value);
          else reject(error);
        });
        return { value: await promise, errno };
      };
    },
    errno: () => koffi.errno(),
  };
}
