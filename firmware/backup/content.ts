// What the entries of a backup may be: their names, their forms, and what is refused of them.
import { z } from 'zod';
import { HalError } from '../../hal/errors.ts';
import { loadConfig, ConfigError, type LoadedConfig } from '../config/load.ts';
import { checkCertificateFile } from '../identity/certificates.ts';
import { IdentityError, nodeIdIn } from '../identity/identity.ts';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import { identityLimits } from '../limits/identity-limits.ts';
import { registryLimits } from '../limits/registry-limits.ts';
import { definitionSchema } from '../pair/group-schema.ts';
import { checkPrinterName, isUuid, nameKey } from '../printers/names.ts';
import { checkSettings } from '../printers/settings.ts';
import { checkKeyName, checkValueName } from '../registry/registry-values.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { type Keepsake, keepsakeSchema } from '../store/keepsake.ts';
import { momentSchema, printerSettingsSchema } from '../store/records/payloads.ts';
import { BackupError } from './backup-error.ts';
import type { DeclaredGroup } from './contract.ts';

/** Names of entries; all else is no entry of a backup. */
export const entryNames = {
  manifest: 'manifest.json',
  identity: 'identity.json',
  config: 'platen.toml',
  settings: 'settings.toml',
  keepsake: 'keepsake.json',
  groups: 'groups.json',
} as const;

export const certificateEntry = /^certificates\/[a-z0-9][a-z0-9-]{0,63}\.json$/;
/** Contents of queues' files lie under their digest. */
export const fileEntry = /^files\/[0-9a-f]{64}$/;

export const manifestSchema = z.object({
  format: z.literal(1),
  version: z.string().max(100),
  nodeId: z.uuid(),
  hostName: z.string().max(255),
  madeAt: momentSchema,
});
export type Manifest = z.output<typeof manifestSchema>;

const plainValue = z.union([z.string(), z.number(), z.boolean()]);

const groupsSchema = z.array(
  z.object({
    definition: definitionSchema,
    ports: z.array(
      z.object({
        name: z.string().max(255),
        monitor: z.string().max(255),
        settings: z.record(z.string(), plainValue),
      }),
    ),
    printers: z.array(z.object({ name: z.string().max(255), settings: printerSettingsSchema })),
  }),
);

export function readManifest(bytes: Uint8Array): Manifest {
  return parsedAs(manifestSchema, bytes, entryNames.manifest);
}

export function readGroups(bytes: Uint8Array): readonly DeclaredGroup[] {
  return parsedAs(groupsSchema, bytes, entryNames.groups);
}

export function checkIdentity(bytes: Uint8Array, manifest: Manifest): void {
  sound(entryNames.identity, () => {
    const nodeId = nodeIdIn('of the backup', bytes);
    if (nodeId === manifest.nodeId) return;
    throw damaged(entryNames.identity, 'it is of another appliance than the manifest');
  });
}

export function checkCertificate(name: string, bytes: Uint8Array): void {
  if (bytes.length > identityLimits.fileBytes) throw damaged(name, 'it is too large');
  sound(name, () => checkCertificateFile(name, bytes));
}

/** A configuration with which no start would succeed is refused, with its place. */
export async function checkConfigFile(bytes: Uint8Array): Promise<void> {
  const { origins } = await loaded(entryNames.config, bytes);
  if (!origins.has('data.folder')) return;
  const message = "data.folder can't stand in the file inside the data folder";
  throw new BackupError('backup-refused', `${entryNames.config}: ${message}.`);
}

/** What a newer Platen set beside what this one knows is left, as at each start. */
export async function checkSettingsFile(bytes: Uint8Array): Promise<void> {
  await loaded(entryNames.settings, bytes);
}

async function loaded(name: string, bytes: Uint8Array): Promise<LoadedConfig> {
  const readFile = async (path: string): Promise<Uint8Array> => {
    if (path.split('/').at(-1) === name) return bytes;
    throw new HalError('not-found', path);
  };
  const file = name === entryNames.config ? name : undefined;
  try {
    return await loadConfig({ files: { readFile }, file, environment: {}, sets: [] });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new BackupError('backup-refused', error.problems.join(' '));
  }
}

/**
 * Registry and printers of the box's own spooler: by the rules of the doors through which they
 * would have come.
 */
export function readKeepsake(bytes: Uint8Array): Keepsake {
  const keepsake = parsedAs(keepsakeSchema, bytes, entryNames.keepsake);
  const { spoolers, printers } = keepsake;
  const [local, ...others] = spoolers;
  if (local?.spooler !== localName || others.length > 0) {
    throw damaged(entryNames.keepsake, 'it holds another registry than the box’s own');
  }
  if (local.keys.length > limits.registryKeys || local.values.length > limits.registryValues) {
    throw damaged(entryNames.keepsake, 'the registry is larger than possible');
  }
  for (const path of local.keys) checkPath(path);
  for (const { path, name, value } of local.values) {
    checkPath(path);
    sound(entryNames.keepsake, () => checkValueName(name));
    if (JSON.stringify(value).length > registryLimits.valueBytes) {
      throw damaged(entryNames.keepsake, `the value ${name} is too large`);
    }
  }
  checkPrinters(printers);
  return keepsake;
}

export const localName = 'local';
/** The pair's book: it comes from the peer, never from a file. */
export const pairKey = 'groups';

function checkPath(path: readonly string[]): void {
  if (path.length === 0 || path.length > registryLimits.depth) {
    throw damaged(entryNames.keepsake, `a registry key has ${path.length} levels`);
  }
  if (path[0]?.toLowerCase() === pairKey) {
    throw new BackupError('backup-refused', 'The backup brings groups into the registry itself.');
  }
  sound(entryNames.keepsake, () => {
    for (const name of path) checkKeyName(name);
  });
}

function checkPrinters(printers: Keepsake['printers']): void {
  const seen = new Set<string>();
  for (const { id, name, spooler, ...settings } of printers) {
    if (spooler !== localName || !isUuid(id)) {
      throw damaged(entryNames.keepsake, `the printer "${name}" is of another spooler`);
    }
    const refusal = checkPrinterName(name) ?? checkSettings(settings, () => true);
    if (refusal !== undefined) throw new BackupError('backup-refused', refusal.message);
    for (const key of [id.toLowerCase(), nameKey(name)]) {
      if (seen.has(key)) throw damaged(entryNames.keepsake, `"${name}" is in it twice`);
      seen.add(key);
    }
  }
}

function parsedAs<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  name: string,
): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's message would quote the text, and the text may hold secrets.
    throw damaged(name, 'it is no JSON');
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  throw damaged(name, `${read.error.issues[0]?.path.join('.') ?? 'it'} is wrong`);
}

function sound(name: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (error instanceof IdentityError) throw damaged(name, 'its keys can not be read');
    if (error instanceof RegistryError) throw damaged(name, error.message);
    throw error;
  }
}

export function damaged(name: string, what: string): BackupError {
  return new BackupError('backup-damaged', `${name} of the backup is damaged: ${what}.`);
}
