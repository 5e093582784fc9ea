// Open folders on Linux. Node has no openat: /proc/self/fd/N/NAME is the same, for the kernel takes
// the descriptor's folder itself and not its path.
import { constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DirectoryEntry, OpenFile } from '../contract.ts';
import { HalError, isHalError, toHalError } from '../errors.ts';
import type { Folder, FolderLook, Folders } from '../folders.ts';
import { createOpenFile } from './files.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;
const folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** A FIFO in the place of a file must not hold whoever opens it. */
const flagsOfMode = {
  read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  'read-write': O_RDWR | O_NOFOLLOW | O_NONBLOCK,
  create: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
} as const;
const lockFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
const fileMode = 0o644;
const folderMode = 0o755;
const temporary = '.platen-new';

export function createLinuxFolders(): Folders {
  return {
    async open(path, { make } = {}) {
      const absolute = resolve(path);
      if (make === true) await named(absolute, mkdir(absolute, { recursive: true }));
      const handle = await named(absolute, open(absolute, O_RDONLY | O_DIRECTORY));
      return createFolder(handle, absolute);
    },
  };
}

function createFolder(handle: FileHandle, path: string): Folder {
  /** Through the descriptor; `shown` is what a message says. */
  const at = (name: string): { readonly real: string; readonly shown: string } => {
    const shown = join(path, name);
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
      throw new HalError('permission-denied', shown, { detail: 'no name of one thing' });
    }
    return { real: `/proc/self/fd/${handle.fd}/${name}`, shown };
  };
  const here = `/proc/self/fd/${handle.fd}`;
  const locks: FileHandle[] = [];

  const openFile = async (name: string, mode: keyof typeof flagsOfMode): Promise<OpenFile> => {
    const { real, shown } = at(name);
    const file = await named(shown, open(real, flagsOfMode[mode], fileMode));
    try {
      const found = await named(shown, file.stat());
      if (!found.isFile()) throw new HalError('permission-denied', shown, { detail: 'no file' });
      return createOpenFile(file, shown);
    } catch (error) {
      await file.close();
      throw error;
    }
  };

  const look = async (name: string): Promise<FolderLook | undefined> => {
    const { real, shown } = at(name);
    try {
      const found = await named(shown, lstat(real, { bigint: true }));
      const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
      return { kind, sizeBytes: Number(found.size), changed: String(found.mtimeNs) };
    } catch (error) {
      if (isHalError(error, 'not-found')) return undefined;
      throw error;
    }
  };

  const remove = async (name: string): Promise<void> => {
    const { real, shown } = at(name);
    try {
      await named(shown, unlink(real));
    } catch (error) {
      if (isHalError(error, 'not-found')) return;
      if (!isHalError(error) || error.errno !== 'EISDIR') throw error;
      await named(shown, rmdir(real));
    }
  };

  const self: Folder = {
    path,
    async folder(name, { make } = {}) {
      const { real, shown } = at(name);
      if (make === true) await makeFolder(real, shown);
      // A link is no folder here, whatever it leads to; the kernel alone would say "not found".
      const found = await look(name);
      if (found !== undefined && found.kind !== 'directory') {
        throw new HalError('permission-denied', shown, { detail: 'no folder, or a link' });
      }
      return createFolder(await named(shown, open(real, folderFlags)), shown);
    },
    look,
    async list() {
      const entries = await named(path, readdir(here, { withFileTypes: true }));
      return entries.map((entry): DirectoryEntry => {
        const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
        return { name: entry.name, kind };
      });
    },
    async read(name, limitBytes) {
      const file = await openFile(name, 'read');
      try {
        const bytes = await file.read(0, limitBytes + 1);
        if (bytes.length <= limitBytes) return bytes;
        throw new HalError('too-large', file.path, { detail: `limit ${limitBytes} bytes` });
      } finally {
        await file.close();
      }
    },
    open: openFile,
    async replace(name, bytes) {
      await remove(temporary);
      const file = await openFile(temporary, 'create');
      try {
        await file.write(bytes, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await self.move(temporary, self, name);
      await self.sync();
    },
    async move(name, to, newName) {
      const { real, shown } = at(name);
      await named(shown, rename(real, placeIn(to, newName)));
    },
    remove,
    sync: () => named(path, handle.sync()),
    async tryLock(name) {
      const { real, shown } = at(name);
      let file: FileHandle;
      try {
        // A file, for network file systems lock nothing that is not open for writing.
        file = await named(shown, open(real, lockFlags, fileMode));
      } catch (error) {
        // Nothing can be made in a folder that was removed.
        if (isHalError(error, 'not-found')) return 'gone';
        throw error;
      }
      locks.push(file);
      if (!(await lockDescriptor(file.fd, shown))) return 'held';
      return (await named(shown, file.stat())).nlink === 0 ? 'gone' : 'locked';
    },
    async freeBytes() {
      const { bavail, bsize } = await named(path, statfs(here));
      return bavail * bsize;
    },
    async close() {
      for (const file of locks.splice(0)) await file.close();
      await named(path, handle.close());
    },
  };
  places.set(self, (name) => at(name).real);
  return self;
}

/** How another open folder names what is in it. */
const places = new WeakMap<Folder, (name: string) => string>();

function placeIn(folder: Folder, name: string): string {
  const place = places.get(folder);
  if (place === undefined) throw new Error(`${folder.path} was not opened here`);
  return place(name);
}

/** Of sys/file.h and errno.h. */
const LOCK_EX_NB = 2 | 4;
const EWOULDBLOCK = 11;
/** ENOLCK, ENOSYS, EOPNOTSUPP. */
const noLocksHere: readonly number[] = [37, 38, 95];

/** flock(2), which Node has not: it goes with the descriptor. False: somebody else has it. */
async function lockDescriptor(descriptor: number, path: string): Promise<boolean> {
  // Loads an addon, which nobody else who has folders needs.
  const { loadLibc } = await import('./libc.ts');
  const libc = loadLibc();
  if (libc.call('int flock(int, int)')(descriptor, LOCK_EX_NB) === 0) return true;
  const number = libc.errno();
  if (number === EWOULDBLOCK) return false;
  if (noLocksHere.includes(number)) return true;
  throw new HalError('other', path, { detail: `no lock: errno ${number}` });
}

async function makeFolder(real: string, shown: string): Promise<void> {
  try {
    await named(shown, mkdir(real, { mode: folderMode }));
  } catch (error) {
    if (!isHalError(error, 'exists')) throw error;
  }
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toHalError(error, path);
  }
}
