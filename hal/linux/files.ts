// Files on the machine's file systems, durable where the contract says so; nothing here blocks the
// event loop.
import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DirectoryEntry, Files, OpenFile } from '../contract.ts';
import { HalError, isHalError, toHalError } from '../errors.ts';

const flagsOfMode = { read: 'r', 'read-write': 'r+', create: 'wx+' } as const;
const privateFileMode = 0o600;
const privateDirectoryMode = 0o700;
const readStepBytes = 64 * 1024;

export function createLinuxFiles(): Files {
  return {
    async open(path, mode) {
      const handle = await named(path, open(path, flagsOfMode[mode], privateFileMode));
      return createOpenFile(handle, path);
    },
    readFile: readWhole,
    replaceFile,
    async list(directory) {
      const entries = await named(directory, readdir(directory, { withFileTypes: true }));
      return entries.map((entry): DirectoryEntry => ({ name: entry.name, kind: kindOf(entry) }));
    },
    makeDirectory,
    syncDirectory,
    rename: (from, to) => named(from, rename(from, to)),
    remove,
    async space(path) {
      const { bavail, blocks, bsize } = await named(path, statfs(path));
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
  };
}

export function createOpenFile(handle: FileHandle, path: string): OpenFile {
  return {
    path,
    async write(bytes, positionBytes) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await named(
          path,
          handle.write(bytes, done, bytes.length - done, positionBytes + done),
        );
        if (bytesWritten === 0) throw new HalError('no-space', path, { detail: 'wrote 0 bytes' });
        done += bytesWritten;
      }
    },
    async read(positionBytes, lengthBytes) {
      // What is not read is not handed out, and needs no zeros; a buffer of its own can be moved.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(lengthBytes).buffer);
      let done = 0;
      while (done < lengthBytes) {
        const { bytesRead } = await named(
          path,
          handle.read(bytes, done, lengthBytes - done, positionBytes + done),
        );
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    sizeBytes: async () => (await named(path, handle.stat())).size,
    truncate: (sizeBytes) => named(path, handle.truncate(sizeBytes)),
    sync: () => named(path, handle.datasync()),
    close: () => named(path, handle.close()),
  };
}

async function readWhole(path: string, limitBytes: number): Promise<Uint8Array> {
  const handle = await named(path, open(path, 'r'));
  try {
    const parts: Uint8Array[] = [];
    let total = 0;
    // The size is not asked for: it is 0 for /proc and may change while we read.
    for (;;) {
      const step = Buffer.alloc(Math.min(readStepBytes, limitBytes + 1 - total));
      const { bytesRead } = await named(path, handle.read(step, 0, step.length, total));
      if (bytesRead === 0) return new Uint8Array(Buffer.concat(parts, total));
      total += bytesRead;
      if (total > limitBytes) {
        throw new HalError('too-large', path, { detail: `limit ${limitBytes} bytes` });
      }
      parts.push(step.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

async function replaceFile(
  path: string,
  bytes: Uint8Array,
  mode: number = privateFileMode,
): Promise<void> {
  const directory = dirname(resolve(path));
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await named(path, open(temporary, 'wx', mode));
    try {
      // open() subtracts the umask; the caller's mode is meant as it stands.
      await named(path, handle.chmod(mode));
      await named(path, handle.writeFile(bytes));
      await named(path, handle.sync());
    } finally {
      await handle.close();
    }
    await named(path, rename(temporary, path));
  } catch (error) {
    await remove(temporary);
    throw error;
  }
  await syncDirectory(directory);
}

async function makeDirectory(path: string): Promise<void> {
  const absolute = resolve(path);
  const parent = dirname(absolute);
  try {
    await makeOneDirectory(absolute);
  } catch (error) {
    if (!isHalError(error, 'not-found') || parent === absolute) throw error;
    await makeDirectory(parent);
    // Once more and no further: /proc answers "not found" however often its folders are made.
    await makeOneDirectory(absolute);
  }
}

async function makeOneDirectory(absolute: string): Promise<void> {
  try {
    await named(absolute, mkdir(absolute, { mode: privateDirectoryMode }));
  } catch (error) {
    if (isHalError(error, 'exists')) return requireDirectory(absolute);
    throw error;
  }
  await syncDirectory(dirname(absolute));
}

async function requireDirectory(path: string): Promise<void> {
  const handle = await named(path, open(path, 'r'));
  try {
    const found = await named(path, handle.stat());
    if (!found.isDirectory()) throw new HalError('exists', path, { detail: 'as no directory' });
  } finally {
    await handle.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await named(path, open(path, 'r'));
  try {
    await named(path, handle.sync());
  } finally {
    await handle.close();
  }
}

async function remove(path: string): Promise<void> {
  try {
    await named(path, unlink(path));
  } catch (error) {
    if (isHalError(error, 'not-found')) return;
    if (!isHalError(error) || error.errno !== 'EISDIR') throw error;
    await named(path, rmdir(path));
  }
}

function kindOf(entry: Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'directory' : 'other';
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toHalError(error, path);
  }
}
