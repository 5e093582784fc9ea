// The kernel's driver of parallel printers, told not to wait: drivers/char/lp.c sleeps 10 s after
// each refusal, though the node is non-blocking, and so holds a thread that files need too.
import { type LibcCall, loadLibc } from './libc.ts';

/** Of linux/lp.h: a refusal comes at once. It lasts for as long as the driver has the port. */
const LPABORT = 0x0604;

/** Loads the addon with the first printer. */
export function createPromptRefusals(): (descriptor: number) => void {
  let ioctl: LibcCall | undefined;
  return (descriptor) => {
    try {
      ioctl ??= loadLibc().call('int ioctl(int, unsigned long, unsigned long)');
      ioctl(descriptor, LPABORT, 1);
    } catch {
      // Without the addon refusals take their time, and are none the less right.
    }
  };
}
