// Files on their way: each under its digest, proven at its end, and gone on with after a break from
// where it was.
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { ManifestFile } from '../queue-files/manifest.ts';
import { separator } from '../queue-files/names.ts';
import { ClientError } from './contract.ts';
import { refusalOf, type Session, wholeOf } from './session.ts';

/** Counts what came over the network. */
export interface Meter {
  bytes: number;
}

/**
 * What one after the other is gathered in before it is written: a new one a chunk would be waste.
 */
export function stagingBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(limits.writeBytes);
}

/** By content and place: two files of one content are each on their way. */
export function stagedName({ digest, directory, name }: ManifestFile): string {
  const place = createHash('sha256').update(`${directory}${separator}${name}`).digest('hex');
  return `${digest.replace(':', '-')}-${place.slice(0, 16)}`;
}

/** Resolves once the whole file is there, proven and synced. */
export async function stage(
  session: Session,
  staging: Folder,
  file: ManifestFile,
  { meter, buffer }: Gathering,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await stageOnce(session, staging, file, { meter, buffer });
    } catch (error) {
      const isLast = attempt === limits.attempts;
      if (isHalError(error, 'no-space')) throw noSpace(file, error);
      if (error instanceof ClientError && error.fault !== 'download-broken') throw error;
      if (isHalError(error) || isLast) throw broken(file, error);
    }
  }
}

async function stageOnce(
  session: Session,
  staging: Folder,
  file: ManifestFile,
  gathering: Gathering,
): Promise<void> {
  const name = stagedName(file);
  const partial = await openPartial(staging, name);
  try {
    const { hash, sizeBytes } = await hashed(partial, file.sizeBytes);
    if (sizeBytes < file.sizeBytes)
      await download(session, { file, partial, hash, sizeBytes, ...gathering });
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== file.digest) {
      // Nothing of it can be gone on with.
      await staging.remove(name);
      // What was there before may have been damaged here: from its first byte it is the server's.
      if (sizeBytes > 0) throw new Error('what came before is damaged');
      throw differs(file, digest);
    }
    await partial.sync();
  } finally {
    await partial.close();
  }
}

/** What stands there and is no file of ours to write is put away; it is in our own folder. */
async function openPartial(staging: Folder, name: string): Promise<OpenFile> {
  const found = await staging.look(name);
  if (found?.kind === 'file') return staging.open(name, 'read-write');
  if (found !== undefined) await staging.remove(name);
  return staging.open(name, 'create');
}

/** What an earlier download left counts, as far as it is not too long. */
async function hashed(
  partial: OpenFile,
  mostBytes: number,
): Promise<{ readonly hash: Hash; readonly sizeBytes: number }> {
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

export interface Gathering {
  readonly meter: Meter;
  /** Of `stagingBuffer`; one download at a time uses it. */
  readonly buffer: Buffer;
}

interface Download extends Gathering {
  readonly file: ManifestFile;
  readonly partial: OpenFile;
  readonly hash: Hash;
  readonly sizeBytes: number;
}

async function download(session: Session, download: Download): Promise<void> {
  const { file, partial, sizeBytes: from } = download;
  const path = [...file.directory.split(separator), file.name].map(encodeURIComponent).join('/');
  const etag = `"${file.digest.replace(':', '-')}"`;
  const headers = from === 0 ? {} : { range: `bytes=${from}-`, 'if-range': etag };
  const response = await session.get(`content/${path}`, headers);
  const isPart = response.statusCode === 206;
  if (response.statusCode !== 200 && !isPart) throw await refused(response);
  if (from > 0 && !isPart) {
    response.destroy();
    // It is another file there now, or the server knows no ranges: from its first byte, then.
    await partial.truncate(0);
    throw new Error('the server could not go on');
  }
  const at = from + (await keep(response, download));
  if (at < file.sizeBytes) throw new Error(`it ended after ${at} of ${file.sizeBytes} bytes`);
}

/**
 * Writes what comes, and what came before a break; resolves with how many bytes that were. By
 * events: an iterator's promises for each of TLS's small records cost more than all else here.
 */
async function keep(
  response: IncomingMessage,
  { file, partial, hash, sizeBytes: from, meter, buffer }: Download,
): Promise<number> {
  let written = 0;
  let held = 0;
  let writing: Promise<void> = Promise.resolve();
  const over = Promise.withResolvers<void>();
  const flush = async () => {
    const bytes = buffer.subarray(0, held);
    hash.update(bytes);
    await partial.write(bytes, from + written);
    written += held;
    held = 0;
  };
  const flushBefore = async (rest: Uint8Array) => {
    try {
      await flush();
      buffer.set(rest);
      held = rest.length;
      response.resume();
    } catch (error) {
      over.reject(error);
    }
  };
  response.on('data', (chunk: Uint8Array) => {
    meter.bytes += chunk.length;
    if (from + written + held + chunk.length > file.sizeBytes) {
      over.reject(tooMuch(response, file));
      return;
    }
    const room = buffer.length - held;
    buffer.set(chunk.subarray(0, room), held);
    held += Math.min(room, chunk.length);
    if (held < buffer.length) return;
    response.pause();
    writing = flushBefore(chunk.subarray(room));
  });
  response.once('end', over.resolve);
  response.on('error', over.reject);
  response.once('close', () => over.reject(new Error('the connection broke off')));
  try {
    await over.promise;
  } finally {
    await writing;
    if (held > 0) await flush();
  }
  return written;
}

function tooMuch(response: IncomingMessage, { name, sizeBytes }: ManifestFile): ClientError {
  response.destroy();
  return new ClientError(
    'file-too-large',
    `${name} was promised with ${sizeBytes} bytes, and more of them come.`,
  );
}

async function refused(response: IncomingMessage): Promise<ClientError> {
  const bytes = await wholeOf(response, limits.answerBytes);
  try {
    return refusalOf(response, JSON.parse(bytes.toString('utf8')));
  } catch {
    // Not in our words: the status says enough.
    return refusalOf(response, undefined);
  }
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
