// The Debian packages of image and workshop, each with its reason.
import type { DebianPackage } from '../verify/packages.ts';

/** On the machine that makes images. */
export const workshopPackages: readonly DebianPackage[] = [
  { name: 'binutils', why: 'readelf, for the libraries of the first program' },
  { name: 'cryptsetup-bin', why: 'veritysetup, the hash tree of a slot' },
  { name: 'dosfstools', why: 'mkfs.vfat, the boot partition' },
  { name: 'e2fsprogs', why: 'mkfs.ext4, the data partition' },
  { name: 'fdisk', why: 'sfdisk, the partition table' },
  { name: 'kmod', why: 'depmod, for the modules that stay' },
  { name: 'mmdebstrap', why: "fetches and unpacks Debian's packages for another machine" },
  { name: 'mtools', why: 'writes into the boot partition without mounting it' },
  { name: 'squashfs-tools', why: 'mksquashfs, the root file system' },
  { name: 'systemd', why: 'systemd-sysusers, for the users of the root' },
];

/** On the machine that boots images. */
export const boothPackages: readonly DebianPackage[] = [
  { name: 'cups-client', why: 'lp, by which documents come' },
  { name: 'fdisk', why: 'sfdisk, takes a partition away' },
  { name: 'iproute2', why: 'the box and another appliance as hosts of one switch' },
  { name: 'mtools', why: 'writes to the boot partition of a copy' },
  { name: 'ovmf', why: 'UEFI for the emulated PC' },
  { name: 'qemu-system-arm', why: 'the emulated Arm machine' },
  { name: 'qemu-system-x86', why: 'the emulated PC' },
  { name: 'u-boot-qemu', why: 'U-Boot for the emulated Arm machine' },
];

/** In the root file system of every image. Dependencies come along by themselves. */
export const rootPackages: readonly DebianPackage[] = [
  { name: 'base-files', why: 'the tree' },
  { name: 'base-passwd', why: 'users and groups with fixed numbers' },
  { name: 'busybox-static', why: 'the shell of the first moments; taken out of the root' },
  { name: 'coreutils', why: 'what the few scripts call' },
  { name: 'dash', why: 'sh, for the few scripts' },
  { name: 'dmsetup', why: 'opens the verified slot' },
  { name: 'e2fsprogs', why: 'e2fsck and resize2fs of the data partition' },
  { name: 'fdisk', why: 'sfdisk grows the data partition' },
  { name: 'iproute2', why: 'ip and ss, for group addresses' },
  { name: 'kmod', why: 'loads modules' },
  { name: 'libatomic1', why: 'the runtime needs it' },
  { name: 'libgcc-s1', why: 'the runtime needs it' },
  { name: 'libstdc++6', why: 'the runtime needs it' },
  { name: 'mount', why: 'the data partition' },
  { name: 'netbase', why: 'names of protocols and ports' },
  { name: 'nftables', why: 'the gate of group addresses' },
  { name: 'systemd', why: 'starts, watches and fences off what runs; networkd' },
  { name: 'systemd-resolved', why: 'DNS servers that DHCP names' },
  { name: 'systemd-sysv', why: 'shutdown' },
  { name: 'systemd-timesyncd', why: 'the clock; tells Platen that it is set' },
  { name: 'tzdata', why: 'time zones' },
  { name: 'udev', why: 'devices and their groups' },
  { name: 'util-linux', why: 'setpriv, partx and blkid' },
];
