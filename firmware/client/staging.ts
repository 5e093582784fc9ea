// Files on their way: each under its digest, proven at its end, and gone on with after a break from
// where it was.
import { createHash, type Hash } from 'node:crypto';
import type { OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { ManifestFile } from '../queue-files/manifest.ts';
import { separator } from '../queue-files/names.ts';
import type { ContentChannel } from './content-connection.ts';
import { ClientError } from './contract.ts';
import {
  Gathering,
  type GatheringBuffers,
  type GatheringOptions,
  type Meter,
  NotGoneOnError,
} from './gathering.ts';
import type { Syncing } from './syncing.ts';

/** By content and place: two files of one content are each on their way. */
export function stagedName({ digest, directory, name }: ManifestFile): string {
  const place = createHash('sha256').update(`${directory}${separator}${name}`).digest('hex');
  return `${digest.replace(':', '-')}-${place.slice(0, 16)}`;
}

/** What one worker stages one file after the other with. */
export interface Stager {
  readonly channel: ContentChannel;
  readonly staging: Folder;
  /** Names in the staging folder from before. */
  readonly left: ReadonlySet<string>;
  readonly syncing: Syncing;
  readonly meter: Meter;
  readonly buffers: GatheringBuffers;
}

/** Resolves once the whole file is there and proven; it is durable once `syncing` has ended. */
export async function stage(stager: Stager, file: ManifestFile): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await stageOnce(stager, file, attempt === 1);
    } catch (error) {
      const isLast = attempt === limits.attempts;
      if (isHalError(error, 'no-space')) throw noSpace(file, error);
      if (error instanceof ClientError && error.fault !== 'download-broken') throw error;
      if (isHalError(error) || isLast) throw broken(file, error);
    }
  }
}

async function stageOnce(stager: Stager, file: ManifestFile, isFirst: boolean): Promise<void> {
  const { staging, syncing } = stager;
  const name = stagedName(file);
  const isNew = isFirst && !stager.left.has(name);
  const partial = await (isNew ? staging.open(name, 'create') : openPartial(staging, name));
  try {
    const { hash, sizeBytes } = isNew ? nothing() : await hashed(partial, file.sizeBytes);
    if (sizeBytes < file.sizeBytes)
      await download(stager, { file, partial, hash, fromBytes: sizeBytes });
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== file.digest) {
      // Nothing of it can be gone on with.
      await staging.remove(name);
      // What was there before may have been damaged here: from its first byte it is the server's.
      if (sizeBytes > 0) throw new Error('what came before is damaged');
      throw differs(file, digest);
    }
  } catch (error) {
    await partial.close();
    throw error;
  }
  await syncing.add(partial);
}

function nothing(): Hashed {
  return { hash: createHash('sha256'), sizeBytes: 0 };
}

/** What stands there and is no file of ours to write is put away; it is in our own folder. */
async function openPartial(staging: Folder, name: string): Promise<OpenFile> {
  const found = await staging.look(name);
  if (found?.kind === 'file') return staging.open(name, 'read-write');
  if (found !== undefined) await staging.remove(name);
  return staging.open(name, 'create');
}

interface Hashed {
  readonly hash: Hash;
  readonly sizeBytes: number;
}

/** What an earlier download left counts, as far as it is not too long. */
async function hashed(partial: OpenFile, mostBytes: number): Promise<Hashed> {
  const hash = createHash('sha256');
  const there = await partial.sizeBytes();
  if (there > mostBytes) await partial.truncate(0);
  const sizeBytes = there > mostBytes ? 0 : there;
  for (let at = 0; at < sizeBytes; ) {
    const chunk = await partial.read(at, Math.min(limits.writeBytes, sizeBytes - at));
    if (chunk.length === 0) throw new Error(`${partial.path} became shorter while it was read`);
    hash.update(chunk);
    at += chunk.length;
  }
  return { hash, sizeBytes };
}

type Download = Pick<GatheringOptions, 'file' | 'partial' | 'hash' | 'fromBytes'>;

/** What came is written, also where it broke off. */
async function download({ channel, meter, buffers }: Stager, download: Download): Promise<void> {
  const { file, partial, fromBytes } = download;
  const path = [...file.directory.split(separator), file.name].map(encodeURIComponent).join('/');
  const etag = `"${file.digest.replace(':', '-')}"`;
  const headers: Record<string, string> =
    fromBytes === 0 ? {} : { range: `bytes=${fromBytes}-`, 'if-range': etag };
  const gathering = new Gathering({
    ...download,
    meter,
    buffers,
    resume: () => channel.resume(),
    drop: () => channel.drop(),
  });
  let broken: { readonly error: unknown } | undefined;
  try {
    await channel.get(`content/${path}`, headers, gathering);
  } catch (error) {
    broken = { error };
  }
  const at = fromBytes + (await gathering.settle());
  // From its first byte, then.
  if (broken?.error instanceof NotGoneOnError) await partial.truncate(0);
  if (broken !== undefined) throw broken.error;
  if (at < file.sizeBytes) throw new Error(`it ended after ${at} of ${file.sizeBytes} bytes`);
}

function differs(file: ManifestFile, digest: string): ClientError {
  return new ClientError(
    'digest-differs',
    `${file.name} came with the digest ${digest}, and was promised with ${file.digest}.`,
  );
}

function noSpace({ name, sizeBytes }: ManifestFile, cause: unknown): ClientError {
  const message = `There is no space for ${name} (${sizeBytes} bytes).`;
  return new ClientError('no-space', message, { cause });
}

function broken({ name }: ManifestFile, cause: unknown): ClientError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const how = 'what came is kept, and the next try goes on from there';
  return new ClientError('download-broken', `${name} broke off (${why}); ${how}.`, { cause });
}
