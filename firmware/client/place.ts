// Puts proven files into their places below `files/`, and takes away those that are no more; folder
// by folder, without following a link.
import { createHash } from 'node:crypto';
import { isHalError } from '../../hal/errors.ts';
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import { ClientError } from './contract.ts';
import type { PlannedFile } from './plan.ts';
import { stagedName } from './staging.ts';
import type { KeptFile } from './state.ts';

/** What of the plan is in its place already, by what was remembered and what is there. */
export async function unchangedFiles(
  files: Folder | undefined,
  planned: readonly PlannedFile[],
  kept: readonly KeptFile[],
): Promise<ReadonlyMap<PlannedFile, KeptFile>> {
  const found = new Map<PlannedFile, KeptFile>();
  if (files === undefined) return found;
  const known = new Map(kept.map((file) => [placeOf(file), file] as const));
  for (const each of planned) {
    const before = known.get(placeOf(each));
    if (before?.digest !== each.file.digest) continue;
    const still = await inFolder(files, each.parts, (folder) => isStill(folder, before));
    if (still !== undefined) found.set(each, still);
  }
  return found;
}

/** Untouched since it was proven, or of the same content still. */
async function isStill(folder: Folder, kept: KeptFile): Promise<KeptFile | undefined> {
  const found = await folder.look(kept.name);
  if (found?.kind !== 'file' || found.sizeBytes !== kept.sizeBytes) return undefined;
  if (found.changed === kept.changed) return kept;
  const digest = await digestOf(folder, kept.name, found.sizeBytes);
  return digest === kept.digest ? { ...kept, changed: found.changed } : undefined;
}

async function digestOf(folder: Folder, name: string, sizeBytes: number): Promise<string> {
  const file = await folder.open(name, 'read');
  try {
    const hash = createHash('sha256');
    for (let at = 0; at < sizeBytes; ) {
      const chunk = await file.read(at, limits.writeBytes);
      if (chunk.length === 0) break;
      hash.update(chunk);
      at += chunk.length;
    }
    return `sha256:${hash.digest('hex')}`;
  } finally {
    await file.close();
  }
}

/** Before anything is fetched: each place is free, or holds a file. */
export async function checkPlaces(files: Folder, planned: readonly PlannedFile[]): Promise<void> {
  for (const { parts, name } of planned) {
    const found = await inFolder(files, parts, (folder) => folder.look(name));
    if (found === undefined || found.kind === 'file') continue;
    throw taken(`${files.path}/${placeOf({ parts, name })}`);
  }
}

/** Moves one proven file from staging; resolves with what is to be remembered of it. */
export async function placeFile(
  files: Folder,
  staging: Folder,
  { parts, name, file }: PlannedFile,
): Promise<KeptFile> {
  const folder = await openParts(files, parts, true);
  try {
    await staging.move(stagedName(file), folder, name);
    await folder.sync();
    const found = await folder.look(name);
    const { digest, sizeBytes } = file;
    return { parts: [...parts], name, digest, sizeBytes, changed: found?.changed ?? '' };
  } finally {
    if (folder !== files) await folder.close();
  }
}

/** Files that we placed, and folders that are empty then; nothing else is touched. */
export async function removeFiles(files: Folder, gone: readonly KeptFile[]): Promise<void> {
  for (const { parts, name } of gone) {
    await inFolder(files, parts, async (folder) => {
      const found = await folder.look(name);
      if (found !== undefined && found.kind !== 'directory') await folder.remove(name);
    });
  }
  for (const { parts } of gone) await removeEmpty(files, parts);
}

async function removeEmpty(files: Folder, parts: readonly string[]): Promise<void> {
  for (let depth = parts.length; depth > 0; depth -= 1) {
    const name = parts[depth - 1] ?? '';
    try {
      await inFolder(files, parts.slice(0, depth - 1), (folder) => folder.remove(name));
    } catch (error) {
      // Somebody else's file is in it, or it is no folder any more: it stays.
      if (isHalError(error)) return;
      throw error;
    }
  }
}

/** Undefined where the folder is not there. */
async function inFolder<T>(
  files: Folder,
  parts: readonly string[],
  work: (folder: Folder) => Promise<T>,
): Promise<T | undefined> {
  let folder: Folder;
  try {
    folder = await openParts(files, parts, false);
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
  try {
    return await work(folder);
  } finally {
    if (folder !== files) await folder.close();
  }
}

/** The caller closes it, unless it is `files` itself. */
async function openParts(files: Folder, parts: readonly string[], make: boolean): Promise<Folder> {
  let at = files;
  for (const part of parts) {
    const before = at;
    try {
      at = await before.folder(part, make ? { make: true } : {});
    } catch (error) {
      if (isHalError(error, 'permission-denied')) throw taken(`${before.path}/${part}`, error);
      throw error;
    } finally {
      if (before !== files) await before.close();
    }
  }
  return at;
}

function taken(path: string, cause?: unknown): ClientError {
  const what = 'is a link, or no file or folder of ours';
  const message = `${path} ${what}: remove it. Nothing was changed.`;
  return new ClientError('place-taken', message, { cause });
}

export function placeOf({
  parts,
  name,
}: {
  readonly parts: readonly string[];
  readonly name: string;
}): string {
  return [...parts, name].join('/');
}
