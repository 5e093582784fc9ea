// Makes the boot partition: FAT, with kernel and entry of slot A, and a provision.toml to fill in.
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';
import { type BootWay, type ImageTarget, layout, type VerifiedRoot } from './contract.ts';
import { kernelVersion } from './modules.ts';

export interface BootPartitionOptions {
  readonly target: ImageTarget;
  readonly debian: string;
  readonly initramfs: string;
  readonly root: VerifiedRoot;
  /** In place of the example. */
  readonly provision: string | undefined;
  readonly staging: string;
  readonly output: string;
}

const example = fileURLToPath(new URL('provision.example.toml', import.meta.url));

export async function makeBootPartition(options: BootPartitionOptions): Promise<void> {
  const { target, debian, staging, output, root } = options;
  await rm(staging, { recursive: true, force: true });
  await mkdir(join(staging, 'a'), { recursive: true });
  const version = await kernelVersion(debian);
  await cp(join(debian, 'boot', `vmlinuz-${version}`), join(staging, 'a/vmlinuz'));
  await cp(options.initramfs, join(staging, 'a/initramfs'));
  await cp(options.provision ?? example, join(staging, 'provision.toml'));
  const files = { debian, version, staging, words: kernelArguments(target, root) };
  for (const way of target.bootWays) await ways[way](files);
  await rm(output, { force: true });
  const volume = volumeId(root);
  const kib = String(layout.bootMib * 1024);
  // Its order counts: what is invariant would be the volume's id too.
  const volumeWords = ['--invariant', '-i', volume, '-n', 'PLATEN', '-F', '32'];
  // Clusters of four sectors: of one, firmware looks tens of thousands up to read a kernel.
  const words = [...volumeWords, '-s', '4', '-C', output, kib];
  await run('mkfs.vfat', words, '/');
  const names = (await readdir(staging)).sort().map((name) => join(staging, name));
  await run('mcopy', ['-s', '-p', '-i', output, ...names, '::/'], '/');
  await rm(staging, { recursive: true, force: true });
}

/** Tells this image's boot partition from that of every other. */
function volumeId({ rootHash }: VerifiedRoot): string {
  return rootHash.slice(0, volumeDigits).toUpperCase();
}

const volumeDigits = 8;

function kernelArguments(target: ImageTarget, root: VerifiedRoot): string {
  const volume = volumeId(root);
  return [
    ...target.consoles.map((console) => `console=${console}`),
    'quiet loglevel=4 ro panic=10',
    `platen.boot=${volume.slice(0, 4)}-${volume.slice(4)}`,
    `platen.slot=2 platen.blocks=${root.dataBlocks}`,
    `platen.hash=${root.rootHash} platen.salt=${root.salt}`,
  ].join(' ');
}

interface Files {
  readonly debian: string;
  readonly version: string;
  readonly staging: string;
  readonly words: string;
}

const ways: Readonly<Record<BootWay, (files: Files) => Promise<void>>> = {
  async 'systemd-boot'({ debian, staging, words }) {
    const folder = join(debian, 'usr/lib/systemd/boot/efi');
    for (const name of await readdir(folder)) {
      const machine = /^systemd-boot(\w+)\.efi$/.exec(name)?.[1];
      if (machine === undefined) continue;
      const to = join(staging, 'EFI/BOOT', `BOOT${machine.toUpperCase()}.EFI`);
      await mkdir(dirname(to), { recursive: true });
      await cp(join(folder, name), to);
    }
    await write(staging, 'loader/loader.conf', 'default platen-a.conf\ntimeout 0\neditor no\n');
    const entry = ['title Platen', 'linux /a/vmlinuz', 'initrd /a/initramfs', `options ${words}`];
    await write(staging, 'loader/entries/platen-a.conf', `${entry.join('\n')}\n`);
  },
  async extlinux({ debian, version, staging, words }) {
    for (const maker of ['allwinner', 'amlogic', 'rockchip']) {
      const from = join(debian, 'usr/lib', `linux-image-${version}`, maker);
      await cp(from, join(staging, 'dtbs', maker), { recursive: true });
    }
    const lines = ['kernel /a/vmlinuz', 'initrd /a/initramfs', 'fdtdir /dtbs', `append ${words}`];
    const text = `default a\nprompt 0\ntimeout 0\nlabel a\n  ${lines.join('\n  ')}\n`;
    await write(staging, 'extlinux/extlinux.conf', text);
  },
  async raspberry({ debian, version, staging, words }) {
    await cp(join(debian, 'usr/lib/raspi-firmware'), staging, { recursive: true });
    const trees = join(debian, 'usr/lib', `linux-image-${version}`, 'broadcom');
    for (const name of await readdir(trees)) {
      if (/^bcm2(837|711)-/.test(name)) await cp(join(trees, name), join(staging, name));
    }
    const lines = [
      'arm_64bit=1',
      'enable_uart=1',
      'upstream_kernel=1',
      'disable_splash=1',
      'kernel=a/vmlinuz',
      'initramfs a/initramfs followkernel',
    ];
    await write(staging, 'config.txt', `${lines.join('\n')}\n`);
    await write(staging, 'cmdline.txt', `${words}\n`);
  },
};

async function write(staging: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(staging, path)), { recursive: true });
  await writeFile(join(staging, path), text);
}
