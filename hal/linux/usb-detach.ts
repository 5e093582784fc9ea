// Frees an interface from the kernel's own driver, and from nobody else, by one call to the kernel
// (USBDEVFS_DISCONNECT_CLAIM of linux/usbdevice_fs.h): the library `usb` has only one that takes it
// from another program too.
import { type FileHandle, open } from 'node:fs/promises';
import { type LibcCallAsync, loadLibc } from './libc.ts';

const requests = { disconnectClaim: 0x8108551b, release: 0x80045510 } as const;
/** The driver that may not be disconnected: who has an interface by usbfs is a program. */
const exceptDriver = { flag: 2, name: 'usbfs' } as const;
const claimBytes = 264;
const EBUSY = 16;

/** `busy`: a program has it. `unknown`: nothing was done, for the kernel or the addon can't. */
export type Freed = 'free' | 'busy' | 'unknown';

export type FreeInterface = (
  device: { readonly bus: number; readonly address: number },
  interfaceNumber: number,
) => Promise<Freed>;

export interface UsbDetachParts {
  readonly open: (path: string) => Promise<Pick<FileHandle, 'fd' | 'close'>>;
  /** Throws where the addon does not fit this machine. */
  readonly loadIoctl: () => LibcCallAsync;
}

export const linuxUsbDetach: UsbDetachParts = {
  open: (path) => open(path, 'r+'),
  loadIoctl: () => loadLibc().callAsync('int ioctl(int, unsigned long, void*)'),
};

/** Loads the addon with the first interface. */
export function createFreeInterface(parts: UsbDetachParts): FreeInterface {
  let ioctl: LibcCallAsync | undefined;
  return async ({ bus, address }, interfaceNumber) => {
    try {
      ioctl ??= parts.loadIoctl();
      const node = await parts.open(`/dev/bus/usb/${threeDigits(bus)}/${threeDigits(address)}`);
      try {
        return await freeOn(ioctl, node.fd, interfaceNumber);
      } finally {
        await node.close();
      }
    } catch {
      // What is wrong with the node, opening it with the library says.
      return 'unknown';
    }
  };
}

async function freeOn(
  ioctl: LibcCallAsync,
  descriptor: number,
  interfaceNumber: number,
): Promise<Freed> {
  const claim = Buffer.alloc(claimBytes);
  claim.writeUInt32LE(interfaceNumber, 0);
  claim.writeUInt32LE(exceptDriver.flag, 4);
  claim.write(exceptDriver.name, 8);
  const claimed = await ioctl(descriptor, requests.disconnectClaim, claim);
  if (claimed.value !== 0) return claimed.errno === EBUSY ? 'busy' : 'unknown';
  // The kernel gives it to no driver by itself; whoever claims it next has it.
  await ioctl(descriptor, requests.release, claim.subarray(0, 4));
  return 'free';
}

function threeDigits(number: number): string {
  return String(number).padStart(3, '0');
}
