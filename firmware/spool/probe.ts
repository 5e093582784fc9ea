// A small try of the spool's disk: it tells whether there is room, and whether it takes and syncs.
import type { Files } from '../../hal/contract.ts';
import type { SpoolPlaces } from './places.ts';

/** `full`: documents are refused, though the disk works. */
export type SpoolCondition = 'sound' | 'full';

const probeBytes = 4 * 1024;

/** What a kill leaves of the file, the next start removes. */
export async function probeSpool(parts: {
  readonly files: Files;
  readonly places: SpoolPlaces;
  readonly reserveBytes: number;
  /** What must fit besides, for the spool to count as having room. */
  readonly roomBytes: number;
}): Promise<SpoolCondition> {
  const { files, places, reserveBytes, roomBytes } = parts;
  const path = places.probe;
  await files.remove(path);
  const file = await files.open(path, 'create');
  try {
    await file.write(new Uint8Array(probeBytes), 0);
    await file.sync();
  } finally {
    await file.close();
    await files.remove(path);
  }
  const { freeBytes } = await files.space(places.documents);
  return freeBytes < reserveBytes + roomBytes ? 'full' : 'sound';
}
