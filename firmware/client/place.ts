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
  for (const together of byFolder(planned)) {
    await inFolder(files, together.parts, async (folder) => {
      for (const each of together.files) {
        const before = known.get(placeOf(each));
        if (before?.digest !== each.file.digest) continue;
        const still = await isStill(folder, before);
        if (still !== undefined) found.set(each, still);
      }
    });
  }
  return found;
}

interface Together {
  readonly parts: readonly string[];
  readonly files: readonly PlannedFile[];
}

/** Files of one folder, so that it is opened once for all of them. */
function byFolder(planned: readonly PlannedFile[]): readonly Together[] {
  const groups = new Map<string, { parts: readonly string[]; files: PlannedFile[] }>();
  for (const each of planned) {
    const key = each.parts.join('/');
    const group = groups.get(key) ?? { parts: each.parts, files: [] };
    group.files.push(each);
    groups.set(key, group);
  }
  return [...groups.values()];
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
  for (const { parts, files: together } of byFolder(planned)) {
    await inFolder(files, parts, async (folder) => {
      for (const { name } of together) {
        const found = await folder.look(name);
        if (found === undefined || found.kind === 'file') continue;
        throw taken(`${files.path}/${placeOf({ parts, name })}`);
      }
    });
  }
}

/**
 * Moves proven files of one folder from staging, and tells of each; resolves with what is to be
 * remembered once all of them are durable.
 */
export async function placeFiles(
  files: Folder,
  staging: Folder,
  planned: readonly PlannedFile[],
  onPlaced: (file: PlannedFile) => void,
): Promise<ReadonlyMap<PlannedFile, KeptFile>> {
  const placed = new Map<PlannedFile, KeptFile>();
  for (const { parts, files: together } of byFolder(planned)) {
    const folder = await openParts(files, parts, true);
    try {
      for (const each of together) {
        const { name, file } = each;
        await staging.move(stagedName(file), folder, name);
        const found = await folder.look(name);
        const { digest, sizeBytes } = file;
        const changed = found?.changed ?? '';
        placed.set(each, { parts: [...parts], name, digest, sizeBytes, changed });
        onPlaced(each);
      }
      await folder.sync();
    } finally {
      if (folder !== files) await folder.close();
    }
  }
  return placed;
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
