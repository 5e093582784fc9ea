// The bootable image: what it is made of, and where each part lies on the disk.
//
// An image is one regular file, written to a card or disk as it is: boot partition (FAT), slot A,
// slot B, data. A slot holds a squashfs with its dm-verity tree behind it; its root hash stands in
// the boot entry that starts it. Nothing is mounted to make an image, and no root is needed.

/** The machines for which images are made. */
export type ImageName = 'amd64' | 'arm64-generic' | 'raspberry-pi';

export interface ImageTarget {
  readonly name: ImageName;
  /** Debian's name of the processor. */
  readonly debianArch: 'amd64' | 'arm64';
  /** Of tools/build/targets.ts. */
  readonly platen: 'linux-x64' | 'linux-arm64';
  readonly kernelPackage: string;
  /** `mbr` where the machine's own boot code reads no GPT. */
  readonly label: 'gpt' | 'dos';
  readonly bootWays: readonly BootWay[];
  /** Kernel arguments for consoles; the last one is /dev/console. */
  readonly consoles: readonly string[];
  /** Kernel modules that nothing which is plugged in loads, beside those of every image. */
  readonly modules: readonly string[];
  /** Packages of this machine alone. */
  readonly packages: readonly string[];
  /** Of Debian's archive. */
  readonly components: readonly string[];
  /** Said when it is built. */
  readonly caution?: string;
}

/** How a machine finds the kernel: each adds its files to the boot partition. */
export type BootWay = 'systemd-boot' | 'extlinux' | 'raspberry';

/** A slot as its boot entry names it. */
export interface VerifiedRoot {
  /** The squashfs, padded, with the hash tree behind it. */
  readonly file: string;
  readonly rootHash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

/** Sizes of the partitions, in MiB. A slot has room for what later versions grow by. */
export const layout = {
  alignMib: 1,
  bootMib: 256,
  slotMib: 384,
  /** As written; the first boot grows it to the end of the medium. */
  dataMib: 64,
} as const;

/** Of dm-verity, and of everything on the disk. */
export const blockBytes = 4096;
export const mibBytes = 1024 * 1024;

/** One partition number everywhere: 1 to 4, in this order. */
export const partitions = ['boot', 'slot-a', 'slot-b', 'data'] as const;
