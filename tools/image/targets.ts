// The table of machines for which an image can be made.
import type { ImageTarget } from './contract.ts';

export const imageTargets: readonly ImageTarget[] = [
  {
    name: 'amd64',
    debianArch: 'amd64',
    platen: 'linux-x64',
    kernelPackage: 'linux-image-amd64',
    label: 'gpt',
    bootWays: ['systemd-boot'],
    consoles: ['tty0', 'ttyS0,115200'],
    modules: ['lp', 'ppdev'],
    packages: ['systemd-boot-efi'],
    components: ['main'],
  },
  {
    name: 'arm64-generic',
    debianArch: 'arm64',
    platen: 'linux-arm64',
    kernelPackage: 'linux-image-arm64',
    label: 'gpt',
    bootWays: ['extlinux', 'systemd-boot'],
    consoles: ['tty0', 'ttyAMA0,115200'],
    // Debian's kernel for Arm has neither lp nor ppdev.
    modules: [],
    packages: ['systemd-boot-efi'],
    components: ['main'],
  },
  {
    name: 'raspberry-pi',
    debianArch: 'arm64',
    platen: 'linux-arm64',
    kernelPackage: 'linux-image-arm64',
    // The boot code of a Pi 3 reads no GPT.
    label: 'dos',
    bootWays: ['raspberry'],
    consoles: ['ttyS1,115200', 'tty0'],
    modules: [],
    packages: ['raspi-firmware'],
    components: ['main', 'non-free-firmware'],
    caution:
      'This image was never booted: the boot code of a Raspberry Pi runs in no emulator here. ' +
      'It is for Pi 3, 4 and CM4; Pi 5 waits for a newer kernel.',
  },
];
