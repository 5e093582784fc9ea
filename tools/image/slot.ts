// Makes a slot: the root as squashfs, padded to whole blocks, with its dm-verity tree behind it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { run } from '../run.ts';
import { blockBytes, layout, mibBytes, type VerifiedRoot } from './contract.ts';

export async function makeSlot(tree: string, file: string): Promise<VerifiedRoot> {
  await rm(file, { force: true });
  await run('mksquashfs', [tree, file, ...squashOptions], '/');
  const { size } = await stat(file);
  if (size % blockBytes !== 0) throw new Error(`${file} is not padded to whole blocks: ${size}`);
  // Of the content: two builds of the same files have the same hash.
  const salt = await sha256(file);
  const uuid = salt.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  const said = await run(
    'veritysetup',
    ['format', file, file, `--hash-offset=${size}`, `--salt=${salt}`, `--uuid=${uuid}`],
    '/',
  );
  const rootHash = /Root hash:\s*([0-9a-f]{64})/.exec(said)?.[1];
  if (rootHash === undefined) throw new Error(`veritysetup told no root hash: ${said}`);
  const whole = (await stat(file)).size;
  if (whole > layout.slotMib * mibBytes) {
    throw new Error(`the root has ${whole} bytes, and a slot ${layout.slotMib} MiB`);
  }
  return { file, rootHash, salt, dataBlocks: size / blockBytes };
}

const squashOptions = [
  '-noappend',
  '-quiet',
  '-no-progress',
  '-all-root',
  '-no-xattrs',
  '-no-exports',
  // Larger than with zstd by half, and read in a fraction of its processor time: most of a slow
  // machine's start is that of the single file.
  '-comp',
  'lz4',
  '-b',
  '128K',
  '-mkfs-time',
  '0',
  '-all-time',
  '0',
] as const;

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
