// What a connection remembers: whom it pinned, what it took, and the keys as the server had them.
import { z } from 'zod';
import { isHalError } from '../../hal/errors.ts';
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { Manifest } from '../queue-files/manifest.ts';
import { ClientError } from './contract.ts';

const stateSchema = z.object({
  version: z.literal(1),
  uri: z.string(),
  /** As it stands in `\\SERVER\PRINTER`. */
  server: z.string(),
  printer: z.string(),
  /** Of the server's TLS, where it was pinned; authorities vouch otherwise. */
  serverKey: z.string().optional(),
  signatureKey: z.string(),
  /** The record of this connection on the server. */
  connectionId: z.string().optional(),
  cupsQueue: z.string().optional(),
  /** Components with their modules, for the events of the end. */
  components: z.array(z.object({ key: z.string(), module: z.string() })),
  files: z.array(
    z.object({
      parts: z.array(z.string()),
      name: z.string(),
      digest: z.string(),
      sizeBytes: z.number(),
      /** FolderLook.changed: as it is, it is what was proven. */
      changed: z.string(),
    }),
  ),
});

export type ConnectionState = z.output<typeof stateSchema>;
export type KeptFile = ConnectionState['files'][number];

const stateName = 'connection.json';
/** The cached keys: EnumPrinterKey and EnumPrinterDataEx as the server answered. */
const keysName = 'keys.json';

/** Undefined: there is no connection. */
export async function readState(folder: Folder): Promise<ConnectionState | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await folder.read(stateName, limits.stateBytes);
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    const how = 'remove its folder, and connect again';
    throw new ClientError('not-connected', `${folder.path}/${stateName} is damaged: ${how}.`, {
      cause: error,
    });
  }
}

export async function writeState(folder: Folder, state: ConnectionState): Promise<void> {
  await folder.replace(stateName, Buffer.from(`${JSON.stringify(state)}\n`));
}

export async function cacheKeys(folder: Folder, { keys }: Manifest): Promise<void> {
  await folder.replace(keysName, Buffer.from(`${JSON.stringify(keys)}\n`));
}

export async function forgetState(folder: Folder): Promise<void> {
  await folder.remove(keysName);
  await folder.remove(stateName);
}
