// Makes what a guest boots: the kernel of Debian, its modules, busybox, and the single file.
import { access, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { addonsOf } from '../build/addons.ts';
import { run } from '../run.ts';
import { type Entry, writeInitramfs } from './initramfs.ts';
import { modulesInOrder } from './modules.ts';
import { guestPackages } from './packages.ts';
import { buildParportSim } from './parport-sim/build.ts';
import { buildUsbClaim } from './usb-claim/build.ts';
import { dependencyOf, unpackedPackage } from '../verify/unpack.ts';

export interface GuestImage {
  readonly kernel: string;
  readonly initramfs: string;
}

const wantedModules = [
  'xhci_pci',
  'usblp',
  'ftdi_sio',
  'parport_pc',
  'lp',
  'vhci_hcd',
  'e1000',
] as const;

/** Commands come by the serial line, one at a time; the marks tell them from the kernel's words. */
const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /run /var/run
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs tmp /tmp
for module in /modules/*; do insmod "$module" || echo "no $module"; done
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
sh /agent </dev/ttyS0 >/dev/ttyS0 2>&1
poweroff -f
`;

const agent = `stty raw -echo
echo @@READY
while IFS= read -r line; do
  eval "$line"
  echo "@@DONE $?"
done
`;

export async function makeGuestImage(options: {
  readonly root: string;
  readonly platen: string;
  readonly folder: string;
}): Promise<GuestImage> {
  const { root, platen, folder } = options;
  // They bring needs of their own, and are inside the single file.
  const addons = addonsOf({ arch: 'x64' }).map(({ asset }) => join(root, asset.file));
  const kernelPackage = await dependencyOf(guestPackages.kernelMeta, /^linux-image-\d/);
  const kernelFiles = await unpackedPackage(kernelPackage, folder);
  const parportSim = await buildParportSim(kernelPackage, folder);
  const usbClaim = await buildUsbClaim(folder);
  const usbipFiles = await unpackedPackage(guestPackages.usbip, folder);
  const [version = ''] = await readdir(join(kernelFiles, 'lib/modules'));
  const modules = await modulesInOrder(join(kernelFiles, 'lib/modules', version), wantedModules);
  const usbip = join(usbipFiles, 'usr/sbin/usbip');
  const entries: Entry[] = [
    { path: 'init', kind: 'text', text: init, mode: 0o755 },
    { path: 'agent', kind: 'text', text: agent, mode: 0o755 },
    { path: 'bin/busybox', kind: 'file', from: '/bin/busybox', mode: 0o755 },
    { path: 'bin/platen', kind: 'file', from: platen, mode: 0o755 },
    { path: 'bin/usbip', kind: 'file', from: usbip, mode: 0o755 },
    { path: 'bin/usb_claim', kind: 'file', from: usbClaim, mode: 0o755 },
    { path: 'parport_sim.ko', kind: 'file', from: parportSim, mode: 0o644 },
    { path: 'etc/passwd', kind: 'text', text: 'root:x:0:0::/tmp:/bin/sh\n', mode: 0o644 },
    { path: 'etc/hosts', kind: 'text', text: '127.0.0.1 localhost\n', mode: 0o644 },
    ...modules.map(
      (from, at): Entry => ({
        path: `modules/${String(at).padStart(2, '0')}-${basename(from)}`,
        kind: 'file',
        from,
        mode: 0o644,
      }),
    ),
    ...(await librariesOf([platen, ...addons, usbip], [join(usbipFiles, 'usr/lib')])),
  ];
  const initramfs = join(folder, `initramfs-${process.pid}.cpio`);
  await writeInitramfs(initramfs, entries);
  await rm(parportSim);
  await rm(usbClaim);
  return { kernel: join(kernelFiles, 'boot', `vmlinuz-${version}`), initramfs };
}

/** Shared libraries of the host, at the paths at which the programs look for them. */
async function librariesOf(
  programs: readonly string[],
  folders: readonly string[],
): Promise<readonly Entry[]> {
  const found = new Map<string, Entry>();
  for (const program of programs) {
    const said = await run('ldd', [program], '/');
    for (const line of said.split('\n')) {
      const [, name, path] = /^\s*(?:(\S+) => )?(\S*)/.exec(line) ?? [];
      const missing = line.includes('not found') ? await findIn(folders, name ?? '') : path;
      if (missing === undefined || !missing.startsWith('/')) continue;
      const at = name === undefined ? missing : `/lib/x86_64-linux-gnu/${basename(name)}`;
      found.set(at, { path: at.slice(1), kind: 'file', from: missing, mode: 0o755 });
    }
  }
  return [...found.values()];
}

async function findIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    for (const path of await readdir(folder, { recursive: true })) {
      if (basename(path) === name) return join(folder, path);
    }
  }
  return undefined;
}

/** Rejects with what to do where the single file was not built. */
export async function builtPlaten(root: string): Promise<string> {
  const path = join(root, 'dist/platen-linux-x64');
  try {
    await access(path);
    return path;
  } catch (error) {
    throw new Error(`${path} is missing: npm run build`, { cause: error });
  }
}
