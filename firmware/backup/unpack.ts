// Reads a backup whole: each piece, each entry, each rule; and keeps what it holds beside the
// running state, where nothing looks at it.
import { createHash, type Hash } from 'node:crypto';
import type { Files } from '../../hal/contract.ts';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import type { Keepsake } from '../store/keepsake.ts';
import {
  certificateEntry,
  checkCertificate,
  checkConfigFile,
  checkIdentity,
  checkSettingsFile,
  damaged,
  entryNames,
  fileEntry,
  type Manifest,
  readGroups,
  readKeepsake,
  readManifest,
} from './content.ts';
import type { DeclaredGroup } from './contract.ts';
import { type ReadEntry, readEntries } from './entries.ts';
import { unseal } from './sealed.ts';

export interface Unpacked {
  readonly manifest: Manifest;
  readonly keepsake: Keepsake;
  readonly groups: readonly DeclaredGroup[];
  readonly bringsConfig: boolean;
  readonly files: number;
}

/**
 * Leaves what was unpacked in `folder`, which is empty before. Throws a BackupError at the first
 * thing that is wrong, a HalError where the disk fails.
 */
export async function unpack(
  files: Files,
  parts: {
    readonly file: AsyncIterable<Uint8Array>;
    readonly passphrase: string;
    readonly folder: string;
  },
): Promise<Unpacked> {
  const { folder } = parts;
  const seen = new Set<string>();
  let manifest: Manifest | undefined;
  let keepsake: Keepsake | undefined;
  let groups: readonly DeclaredGroup[] = [];
  for await (const entry of readEntries(unseal(parts.file, parts.passphrase))) {
    const { name } = entry;
    if (seen.has(name)) throw damaged(name, 'it is in it twice');
    seen.add(name);
    if (name === entryNames.manifest) {
      manifest = readManifest(await inMemory(entry));
      continue;
    }
    if (manifest === undefined) throw damaged(name, 'the manifest does not come first');
    if (fileEntry.test(name)) {
      const hash = createHash('sha256');
      await keepFile(files, `${folder}/${name}`, hashed(entry.bytes, hash));
      if (name !== `files/${hash.digest('hex')}`) throw damaged(name, 'it is another file');
      continue;
    }
    const bytes = await inMemory(entry);
    if (name === entryNames.identity) checkIdentity(bytes, manifest);
    else if (name === entryNames.config) await checkConfigFile(bytes);
    else if (name === entryNames.settings) await checkSettingsFile(bytes);
    else if (certificateEntry.test(name)) checkCertificate(name, bytes);
    else if (name === entryNames.keepsake) keepsake = readKeepsake(bytes);
    else if (name === entryNames.groups) groups = readGroups(bytes);
    else throw damaged(name, 'no such entry is known');
    // The registry is kept by whoever restores it: it is completed from what is here.
    if (name !== entryNames.keepsake && name !== entryNames.groups) {
      await keepFile(files, `${folder}/${name}`, [bytes]);
    }
  }
  if (manifest === undefined || keepsake === undefined || !seen.has(entryNames.identity)) {
    throw damaged(entryNames.manifest, 'identity or registry is missing');
  }
  return {
    manifest,
    keepsake,
    groups,
    bringsConfig: seen.has(entryNames.config),
    files: [...seen].filter((name) => fileEntry.test(name)).length,
  };
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function inMemory({ name, sizeBytes, bytes }: ReadEntry): Promise<Uint8Array> {
  if (sizeBytes > limits.entryBytes) throw damaged(name, 'it is too large');
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Durable when it resolves, with the folders above it. */
export async function keepFile(
  files: Files,
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const parent = path.slice(0, path.lastIndexOf('/'));
  await files.makeDirectory(parent);
  const file = await files.open(path, 'create');
  let sizeBytes = 0;
  try {
    for await (const chunk of bytes) {
      await file.write(chunk, sizeBytes);
      sizeBytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await files.syncDirectory(parent);
  return sizeBytes;
}

export async function* readFile(files: Files, path: string): AsyncGenerator<Uint8Array> {
  const file = await files.open(path, 'read');
  try {
    for (let position = 0; ; ) {
      const chunk = await file.read(position, limits.pieceBytes);
      if (chunk.length === 0) return;
      yield chunk;
      position += chunk.length;
    }
  } finally {
    await file.close();
  }
}
