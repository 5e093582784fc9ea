// Where a restore keeps its things in the data folder, and what it exchanges.
import { z } from 'zod';
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';

export interface RestorePlaces {
  /** What was handed in. */
  readonly upload: string;
  /** The new state, as it was unpacked. */
  readonly staged: string;
  /** Says that the staged state is whole, and how far the exchange is. */
  readonly marker: string;
  /** The state that was replaced last, for whoever wants it back. */
  readonly before: string;
  readonly root: string;
}

export function restorePlaces(dataFolder: string): RestorePlaces {
  const root = `${dataFolder}/restore`;
  return {
    root,
    upload: `${root}/upload`,
    staged: `${root}/staged`,
    marker: `${root}/ready.json`,
    before: `${dataFolder}/before-restore`,
  };
}

export const database = 'platen.db';

/** Names in the data folder that make up what an appliance is; with the database they all leave. */
export const exchanged = [
  'keepsake.json',
  'spool',
  'identity.json',
  'certificates',
  'set-up-code',
  'files',
  'settings.toml',
] as const;

/** Leaves only where the backup brings another one: a box's ports may be set here alone. */
export const exchangedIfBrought = 'platen.toml';

/**
 * `whole`: the staged state is durable. `aside`: room was made, the old state leaves. `place`: it
 * has left, the new one comes. Each part can be done again after a cut.
 */
export const markerSchema = z.object({
  version: z.literal(1),
  phase: z.enum(['whole', 'aside', 'place']),
  bringsConfig: z.boolean(),
});
export type Marker = z.output<typeof markerSchema>;

export async function removeTree(files: Files, path: string): Promise<void> {
  const entries = await files.list(path).catch((error: unknown) => {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  });
  if (entries === undefined) return;
  for (const { name, kind } of entries) {
    if (kind === 'directory') await removeTree(files, `${path}/${name}`);
    else await files.remove(`${path}/${name}`);
  }
  await files.remove(path);
}

export async function listIfThere(files: Files, path: string): ReturnType<Files['list']> {
  try {
    return await files.list(path);
  } catch (error) {
    if (isHalError(error, 'not-found')) return [];
    throw error;
  }
}
