// The Debian packages of the bench with a real kernel: installed here, or only unpacked for guests.
import type { DebianPackage } from '../verify/packages.ts';

export const hostPackages: readonly DebianPackage[] = [
  { name: 'binutils', why: 'links the simulated parallel port' },
  { name: 'busybox-static', why: 'the user space of the guest' },
  { name: 'gcc', why: 'compiles the simulated parallel port' },
  { name: 'libc6-dev', why: 'compiles a program for the guest' },
  { name: 'make', why: 'compiles the simulated parallel port' },
  { name: 'qemu-system-x86', why: 'the machine with USB, parallel and serial ports' },
];

/** Downloaded and unpacked below build/, never installed: the host keeps its kernel. */
export const guestPackages = {
  /** Depends on the image of the current version. */
  kernelMeta: 'linux-image-amd64',
  usbip: 'usbip',
} as const;
