// The end of a restore: before anything of the data folder is opened, the new state takes the place
// of the old one.
import type { Files, Hal } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import {
  database,
  exchanged,
  exchangedIfBrought,
  listIfThere,
  type Marker,
  markerSchema,
  removeTree,
  type RestorePlaces,
  restorePlaces,
} from './places.ts';
import { keepFile, readFile } from './unpack.ts';

const markerBytes = 4_096;

/**
 * True where a restore was completed. A cut at any point leaves something that the next start
 * completes; without a whole staged state nothing is touched, and what lies there is removed.
 * Rejects with a HalError where the disk fails.
 */
export async function completeRestore(
  { files, databases }: Pick<Hal, 'files' | 'databases'>,
  dataFolder: string,
): Promise<boolean> {
  const places = restorePlaces(dataFolder);
  const marker = await readMarker(files, places.marker);
  if (marker === undefined) {
    await removeTree(files, places.root);
    return false;
  }
  let { phase } = marker;
  const reach = async (next: Marker['phase']): Promise<void> => {
    phase = next;
    await files.replaceFile(places.marker, Buffer.from(JSON.stringify({ ...marker, phase })));
  };
  if (phase === 'whole') {
    await removeTree(files, places.before);
    await files.makeDirectory(places.before);
    await reach('aside');
  }
  if (phase === 'aside') {
    const leaving = [...exchanged, ...(marker.bringsConfig ? [exchangedIfBrought] : [])];
    await databases.setAside(`${dataFolder}/${database}`, `${places.before}/${database}`);
    for (const name of leaving) {
      await moveIfThere(files, `${dataFolder}/${name}`, `${places.before}/${name}`);
    }
    await syncBoth(files, dataFolder, places);
    await reach('place');
  }
  await files.remove(places.upload);
  // Copied, not moved: of a name that moves between folders a power cut may leave neither.
  await copyTree(files, places.staged, dataFolder);
  // The marker goes last, so that a cut before it is found.
  await removeTree(files, places.staged);
  await files.syncDirectory(places.root);
  await files.remove(places.marker);
  await removeTree(files, places.root);
  await files.syncDirectory(dataFolder);
  return true;
}

async function syncBoth(files: Files, folder: string, { before }: RestorePlaces): Promise<void> {
  await files.syncDirectory(before);
  await files.syncDirectory(folder);
}

async function copyTree(files: Files, from: string, to: string): Promise<void> {
  for (const { name, kind } of await listIfThere(files, from)) {
    if (kind === 'directory') {
      await files.makeDirectory(`${to}/${name}`);
      await copyTree(files, `${from}/${name}`, `${to}/${name}`);
    } else {
      await files.remove(`${to}/${name}`);
      await keepFile(files, `${to}/${name}`, readFile(files, `${from}/${name}`));
    }
  }
}

async function moveIfThere(files: Files, from: string, to: string): Promise<void> {
  try {
    await files.rename(from, to);
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
  }
}

async function readMarker(files: Files, path: string): Promise<Marker | undefined> {
  try {
    const text = Buffer.from(await files.readFile(path, markerBytes)).toString('utf8');
    return markerSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (isHalError(error, 'not-found') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
