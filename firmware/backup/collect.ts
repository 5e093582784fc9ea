// Collects what a backup holds from the running appliance.
import type { Clock, Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Certificates } from '../identity/contract.ts';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import type { Store } from '../store/contract.ts';
import { foldName } from '../store/fold.ts';
import type { Keepsake } from '../store/keepsake.ts';
import { entryNames, localName, type Manifest, pairKey } from './content.ts';
import type { BackupFile, DeclaredGroup } from './contract.ts';
import type { EntryToWrite } from './entries.ts';

/** Where things lie; entry's data folder has them. */
export interface BackupPlaces {
  readonly path: string;
  readonly identity: string;
  readonly certificates: string;
}

export interface CollectOptions {
  readonly files: Files;
  readonly places: BackupPlaces;
  readonly store: Pick<Store, 'query'>;
  readonly certificates: Pick<Certificates, 'exportOwner'>;
  readonly clock: Pick<Clock, 'wall'>;
  readonly version: string;
  readonly nodeId: string;
  readonly hostName: () => string;
  readonly declaredGroups: () => Promise<readonly DeclaredGroup[]>;
  readonly queueFiles: () => AsyncIterable<BackupFile>;
}

/** Rejects with a HalError where the disk fails. */
export async function* collect(options: CollectOptions): AsyncGenerator<EntryToWrite> {
  const { files, places, version, nodeId, clock } = options;
  const manifest: Manifest = {
    format: 1,
    version,
    nodeId,
    hostName: options.hostName(),
    madeAt: clock.wall(),
  };
  yield entry(entryNames.manifest, json(manifest));
  yield entry(entryNames.identity, await files.readFile(places.identity, limits.entryBytes));
  for (const { name, kind } of await files.list(places.certificates)) {
    const owner = name.replace(/\.json$/, '');
    const bytes = kind === 'file' ? options.certificates.exportOwner(owner) : undefined;
    // A group's certificate moves with the group, and comes from the peer.
    if (bytes !== undefined && owner === nodeName) yield entry(`certificates/${name}`, bytes);
  }
  const config = await readIfThere(files, `${places.path}/${entryNames.config}`);
  if (config !== undefined) yield entry(entryNames.config, config);
  const settings = await readIfThere(files, `${places.path}/${entryNames.settings}`);
  if (settings !== undefined) yield entry(entryNames.settings, settings);
  const keepsake = await options.store.query('store.keepsake', {});
  yield entry(entryNames.keepsake, json(ownPart(keepsake)));
  yield entry(entryNames.groups, json(await options.declaredGroups()));
  for await (const { name, sizeBytes, read } of options.queueFiles()) {
    yield { name: `files/${name}`, sizeBytes, bytes: read() };
  }
}

const nodeName = 'node';

/** Without other spoolers, and without what is the pair's. */
export function ownPart({ spoolers, printers }: Keepsake): Keepsake {
  const isOwn = (path: readonly string[]) => foldName(path[0] ?? '') !== foldName(pairKey);
  return {
    version: 1,
    spoolers: spoolers
      .filter(({ spooler }) => spooler === localName)
      .map(({ keys, values, ...rest }) => ({
        ...rest,
        keys: keys.filter(isOwn),
        values: values.filter(({ path }) => isOwn(path)),
      })),
    printers: printers.filter(({ spooler }) => spooler === localName),
  };
}

function entry(name: string, bytes: Uint8Array): EntryToWrite {
  return { name, sizeBytes: bytes.length, bytes: [bytes] };
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

async function readIfThere(files: Files, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.readFile(path, limits.entryBytes);
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
}
