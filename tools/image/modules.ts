// Which kernel modules the root keeps, and which of them the first program needs to find a disk.
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../run.ts';
import { modulesInOrder } from '../kernel/modules.ts';

/** Below kernel/: what no print server has. */
const leftOut = [
  'sound',
  'net/bluetooth',
  'net/mac80211',
  'net/wireless',
  'net/sunrpc',
  'net/ceph',
  'net/nfc',
  'net/can',
  'net/tipc',
  'net/sctp',
  'net/rds',
  'net/batman-adv',
  'net/9p',
  'fs/btrfs',
  'fs/xfs',
  'fs/ocfs2',
  'fs/nfs',
  'fs/nfsd',
  'fs/smb',
  'fs/ceph',
  'fs/gfs2',
  'fs/f2fs',
  'fs/ubifs',
  'fs/jfs',
  'fs/reiserfs',
  'fs/udf',
  'fs/ntfs3',
  'fs/cifs',
  'drivers/gpu',
  'drivers/media',
  'drivers/infiniband',
  'drivers/iio',
  'drivers/staging',
  'drivers/net/wireless',
  'drivers/net/wwan',
  'drivers/bluetooth',
  'drivers/isdn',
  'drivers/target',
  'drivers/soundwire',
  'drivers/video',
  'drivers/w1',
  'drivers/nfc',
  'drivers/xen',
  'drivers/hv',
  'drivers/message',
  'drivers/accessibility',
  'drivers/mtd',
  'drivers/net/can',
  'drivers/net/hamradio',
  'drivers/net/fddi',
  'drivers/net/arcnet',
  'drivers/infiniband',
  'drivers/comedi',
  'drivers/crypto',
  'drivers/input/joystick',
  'drivers/net/ethernet/mellanox',
  'drivers/net/ethernet/chelsio',
  'drivers/net/ethernet/qlogic',
  'drivers/net/ethernet/sfc',
  'drivers/net/ethernet/netronome',
  'drivers/net/ethernet/cavium',
  'drivers/net/ethernet/broadcom/bnx2x',
  'drivers/scsi/lpfc',
  'drivers/scsi/qla2xxx',
  'drivers/scsi/bfa',
  'drivers/scsi/be2iscsi',
  'drivers/scsi/qedf',
  'drivers/scsi/qedi',
] as const;

/** Folders below kernel/ that may hold the way to a disk on some board. */
const earlyFolders = [
  'drivers/virtio',
  'drivers/ata',
  'drivers/mmc',
  'drivers/nvme/host',
  'drivers/usb/host',
  'drivers/usb/storage',
  'drivers/usb/dwc2',
  'drivers/usb/dwc3',
  'drivers/usb/chipidea',
  'drivers/phy',
  'drivers/clk',
  'drivers/regulator',
  'drivers/pinctrl',
  'drivers/gpio',
  'drivers/reset',
  'drivers/soc',
  'drivers/dma',
  'drivers/mfd',
  'drivers/i2c/busses',
  'drivers/bus',
  'drivers/mailbox',
  'drivers/pci/controller',
  'drivers/extcon',
] as const;

const earlyModules = [
  'virtio_blk',
  'virtio_scsi',
  'sd_mod',
  'dm_verity',
  'squashfs',
  'crc32c_generic',
  'sha256_generic',
  'sha2_ce',
  'sha256_arm64',
  'sha256_ssse3',
] as const;

/** The kernel's version: modules lie in a folder of that name. */
export async function kernelVersion(tree: string): Promise<string> {
  const [version, ...others] = await readdir(join(tree, 'usr/lib/modules'));
  if (version === undefined || others.length > 0) {
    throw new Error(`${tree} has not exactly one kernel: ${[version, ...others].join(' ')}`);
  }
  return version;
}

/** Takes modules out and writes the list of dependencies anew. */
export async function thinModules(tree: string): Promise<void> {
  const version = await kernelVersion(tree);
  const kernel = join(tree, 'usr/lib/modules', version, 'kernel');
  for (const folder of leftOut) await rm(join(kernel, folder), { recursive: true, force: true });
  await run('depmod', ['-b', tree, version], '/');
}

/** Throws where the tree's kernel has no such module: a box would look for it in vain. */
export async function needModules(tree: string, names: readonly string[]): Promise<void> {
  const folder = join(tree, 'usr/lib/modules', await kernelVersion(tree));
  const lists = ['modules.dep', 'modules.builtin'].map((name) =>
    readFile(join(folder, name), 'utf8'),
  );
  const paths = (await Promise.all(lists)).flatMap((list) => list.split('\n'));
  // Files are called with a dash where the module has a low line.
  const there = new Set(
    paths.map((line) => basename(line.split(':')[0] ?? '', '.ko').replaceAll('-', '_')),
  );
  const missing = names.filter((name) => !there.has(name));
  if (missing.length > 0) throw new Error(`the kernel has no module ${missing.join(', ')}`);
}

/** Paths of the modules of the first program, those that others need first. */
export async function earlyModulePaths(tree: string): Promise<readonly string[]> {
  const folder = join(tree, 'usr/lib/modules', await kernelVersion(tree));
  const wanted: string[] = [...earlyModules];
  for (const each of earlyFolders) {
    for (const path of await namesBelow(join(folder, 'kernel', each))) {
      if (path.endsWith('.ko')) wanted.push(basename(path, '.ko'));
    }
  }
  return modulesInOrder(folder, wanted);
}

async function namesBelow(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
