// Makes the root file system's tree of Debian's files, the single file and what stands in root/.
import { chmod, cp, lstat, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';
import type { ImageTarget } from './contract.ts';
import { needModules, thinModules } from './modules.ts';

export interface RootTreeOptions {
  /** Debian's files, untouched; the tree shares their disk blocks. */
  readonly debian: string;
  readonly target: Pick<ImageTarget, 'modules'>;
  /** The single file. */
  readonly platen: string;
  /** Made anew. */
  readonly tree: string;
}

const ours = fileURLToPath(new URL('root', import.meta.url));

export async function makeRootTree(options: RootTreeOptions): Promise<void> {
  const { debian, target, platen, tree } = options;
  await rm(tree, { recursive: true, force: true });
  await mkdir(dirname(tree), { recursive: true });
  // Links: the copy costs nothing, and files are only ever replaced, not written into.
  await run('cp', ['-al', debian, tree], '/');
  await thinModules(tree);
  await keepOnlyLicences(join(tree, 'usr/share/doc'));
  for (const name of await readdir(join(tree, 'usr/lib'))) {
    // Device trees lie on the boot partition.
    if (name.startsWith('linux-image-')) await rm(join(tree, 'usr/lib', name), { recursive: true });
  }
  for (const path of leftOut) await rm(join(tree, path), { recursive: true, force: true });
  await makeUsers(debian, tree);
  await cp(ours, tree, { recursive: true, force: true, dereference: false });
  await cp(platen, join(tree, 'usr/bin/platen'));
  await run('systemd-sysusers', [`--root=${tree}`], '/');
  for (const [path, target] of Object.entries(links)) await link(join(tree, path), target);
  await writeModules(tree, [...target.modules, ...everywhere]);
  for (const unit of masked) await link(join(tree, 'etc/systemd/system', unit), '/dev/null');
  for (const [path, text] of Object.entries(texts)) {
    await rm(join(tree, path), { force: true });
    await writeFile(join(tree, path), text);
  }
  await mkdir(join(tree, 'data'), { recursive: true });
  await dropSetuid(tree);
}

/** Of no use in the image, or a way in. */
const leftOut: readonly string[] = [
  'boot',
  'var/cache/apt',
  'var/lib/apt',
  'var/lib/dpkg',
  'etc/apt',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/lintian',
  'usr/share/bash-completion',
  'usr/share/zsh',
  'usr/share/bug',
  'usr/share/initramfs-tools',
  'usr/lib/klibc',
  'usr/share/perl5',
  'usr/share/debconf',
  'usr/lib/dpkg',
  'usr/share/dpkg',
  'usr/bin/busybox',
  'usr/bin/su',
  'usr/bin/passwd',
  'usr/bin/chsh',
  'usr/bin/chfn',
  'usr/bin/newgrp',
  'usr/bin/gpasswd',
  'usr/sbin/sulogin',
  'usr/sbin/agetty',
  'usr/bin/dpkg',
  'usr/bin/dpkg-deb',
  'usr/bin/dpkg-query',
  'usr/lib/raspi-firmware',
  'usr/sbin/update-initramfs',
  'usr/sbin/mkinitramfs',
  'etc/cron.d',
  'etc/cron.daily',
  'usr/lib/systemd/boot',
  'usr/lib/systemd/catalog',
  ...[
    'cryptsetup',
    'debug',
    'getty',
    'gpt-auto',
    'hibernate-resume',
    'integritysetup',
    'rc-local',
    'run',
    'system-update',
    'sysv',
    'veritysetup',
  ].map((name) => `usr/lib/systemd/system-generators/systemd-${name}-generator`),
  // Rules of udev for what is never used here: each event is held against every rule.
  ...[
    '55-dm',
    '60-autosuspend',
    '60-cdrom_id',
    '60-drm',
    '60-fido-id',
    '60-infiniband',
    '60-persistent-alsa',
    '60-persistent-input',
    '60-persistent-storage-dm',
    '60-persistent-storage-tape',
    '60-persistent-v4l',
    '60-sensor',
    '64-btrfs',
    '70-camera',
    '70-joystick',
    '70-memory',
    '70-mouse',
    '70-touchpad',
    '70-uaccess',
    '71-seat',
    '73-seat-late',
    '75-probe_mtd',
    '78-sound-card',
    '95-dm-notify',
    '96-e2scrub',
  ].map((name) => `usr/lib/udev/rules.d/${name}.rules`),
];

/** Nobody logs in, and nothing runs at times of its own. */
const masked: readonly string[] = [
  'getty.target',
  'getty@.service',
  'serial-getty@.service',
  'console-getty.service',
  'emergency.service',
  'emergency.target',
  'rescue.service',
  'rescue.target',
  'debug-shell.service',
  'ctrl-alt-del.target',
  'systemd-logind.service',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'systemd-tmpfiles-clean.timer',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-user-sessions.service',
  'systemd-pstore.service',
  'systemd-machine-id-commit.service',
  'systemd-random-seed.service',
  'nftables.service',
  'systemd-hostnamed.service',
  'systemd-localed.service',
  'systemd-timedated.service',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'sys-kernel-debug.mount',
  'systemd-ask-password-console.path',
  'systemd-ask-password-wall.path',
  'systemd-initctl.socket',
  'systemd-journald-audit.socket',
  'systemd-binfmt.service',
  'proc-sys-fs-binfmt_misc.automount',
  'modprobe@configfs.service',
  'modprobe@drm.service',
  'modprobe@efi_pstore.service',
  'modprobe@fuse.service',
  'modprobe@loop.service',
  'modprobe@dm_mod.service',
  'kmod-static-nodes.service',
  'systemd-repart.service',
  'cryptsetup.target',
  'veritysetup.target',
  'integritysetup.target',
  'swap.target',
  'sys-kernel-config.mount',
  'systemd-firstboot.service',
  'systemd-boot-system-token.service',
  'systemd-hwdb-update.service',
  'systemd-journal-catalog-update.service',
  'ldconfig.service',
  'systemd-update-done.service',
  'systemd-sysusers.service',
  'systemd-networkd-wait-online.service',
  'systemd-journal-flush.service',
  'systemd-remount-fs.service',
  'systemd-sysext.service',
  'sys-kernel-tracing.mount',
  'sys-fs-fuse-connections.mount',
  'systemd-network-generator.service',
];

const units = '/usr/lib/systemd/system';
const own = '/etc/systemd/system';
const wanted = 'etc/systemd/system/multi-user.target.wants';
const links: Readonly<Record<string, string>> = {
  'etc/systemd/system/default.target': `${units}/multi-user.target`,
  [`${wanted}/platen.service`]: `${own}/platen.service`,
  [`${wanted}/platen-data.service`]: `${own}/platen-data.service`,
  [`${wanted}/platen-set-up-code.path`]: `${own}/platen-set-up-code.path`,
  [`${wanted}/platen-box.path`]: `${own}/platen-box.path`,
  [`${wanted}/platen-light.path`]: `${own}/platen-light.path`,
  [`${wanted}/platen-light.service`]: `${own}/platen-light.service`,
  [`${wanted}/platen-network.path`]: `${own}/platen-network.path`,
  [`${wanted}/systemd-networkd.service`]: `${units}/systemd-networkd.service`,
  [`${wanted}/systemd-resolved.service`]: `${units}/systemd-resolved.service`,
  [`${wanted}/systemd-timesyncd.service`]: `${units}/systemd-timesyncd.service`,
  'etc/systemd/system/dbus-org.freedesktop.network1.service': `${units}/systemd-networkd.service`,
  'etc/systemd/system/dbus-org.freedesktop.resolve1.service': `${units}/systemd-resolved.service`,
  'etc/resolv.conf': '/run/systemd/resolve/resolv.conf',
  'etc/localtime': '/run/platen/localtime',
  'etc/mtab': '../proc/self/mounts',
};

const texts: Readonly<Record<string, string>> = {
  // Empty: systemd makes one for this boot. The identity that lasts is the appliance's own.
  'etc/machine-id': '',
  'etc/hostname': 'platen\n',
  'etc/hosts': '127.0.0.1 localhost platen\n::1 localhost\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n',
};

/** Of the gate of group addresses, and of a light that blinks. */
const everywhere = ['nf_tables', 'ledtrig_timer'] as const;

async function writeModules(tree: string, names: readonly string[]): Promise<void> {
  await needModules(tree, names);
  const path = join(tree, 'etc/modules-load.d/platen.conf');
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  await writeFile(path, names.map((name) => `${name}\n`).join(''));
}

async function makeUsers(debian: string, tree: string): Promise<void> {
  for (const name of ['passwd', 'group']) {
    await cp(join(debian, 'usr/share/base-passwd', `${name}.master`), join(tree, 'etc', name));
  }
  await run('sed', ['-i', 's|/bin/bash$|/usr/sbin/nologin|', join(tree, 'etc/passwd')], '/');
}

async function link(path: string, target: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
}

/** What a package is under stays in the image; its manual does not. */
async function keepOnlyLicences(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const name of await readdir(join(folder, entry.name))) {
      if (name === 'copyright') continue;
      await rm(join(folder, entry.name, name), { recursive: true, force: true });
    }
  }
}

/** Nobody gains rights by starting a program. */
async function dropSetuid(tree: string): Promise<void> {
  for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib/dbus-1.0']) {
    for (const name of await readdir(join(tree, folder)).catch(() => [])) {
      const path = join(tree, folder, name);
      const { mode } = await lstat(path);
      const isFile = (mode & 0o170000) === 0o100000;
      if (isFile && (mode & 0o6000) !== 0) await chmod(path, mode & 0o777);
    }
  }
}
