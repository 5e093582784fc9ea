// The simulated Files: the contract of hal over inodes, each call a step of its own, durable only
// by syncs.
import type { Files, OpenFile } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import type { DiskPort } from './disk.ts';
import { DirectoryInode, FileInode } from './inodes.ts';

interface Place {
  readonly parent: DirectoryInode;
  readonly name: string;
}

export function createSimulatedFiles(disk: DiskPort): Files {
  const files: Files = {
    async open(path, mode) {
      await step();
      disk.enter(mode === 'create' ? 'create' : 'open', path);
      return openFile(disk, path, inodeToOpen(disk, path, mode));
    },
    async readFile(path, limitBytes) {
      const file = await files.open(path, 'read');
      const bytes = await file.read(0, limitBytes + 1);
      await file.close();
      if (bytes.length > limitBytes) throw new HalError('too-large', path);
      return bytes;
    },
    async replaceFile(path, bytes) {
      const temporary = `${path}.${disk.random.uuid()}.tmp`;
      const file = await files.open(temporary, 'create');
      await file.write(bytes, 0);
      await file.sync();
      await file.close();
      await files.rename(temporary, path);
      await files.syncDirectory(parentOf(path));
    },
    async list(directory) {
      await step();
      disk.assertPowered(directory);
      return [...directoryAt(disk, directory).entries].map(([name, { kind }]) => ({ name, kind }));
    },
    makeDirectory: (path) => makeDirectory(disk, files, path),
    async syncDirectory(path) {
      await step();
      disk.enter('sync-directory', path);
      directoryAt(disk, path).sync();
    },
    async rename(from, to) {
      await step();
      disk.enter('rename', from);
      rename(disk, from, to);
    },
    async remove(path) {
      await step();
      disk.enter('remove', path);
      const { parent, name } = placeOf(disk, path);
      const inode = parent.entries.get(name);
      if (inode === undefined) return;
      if (inode.kind === 'directory' && inode.entries.size > 0) throw new HalError('exists', path);
      parent.change({ kind: 'drop', name });
    },
    async space(path) {
      await step();
      disk.assertPowered(path);
      return { freeBytes: disk.freeBytes(), totalBytes: disk.totalBytes };
    },
  };
  return files;
}

function openFile(disk: DiskPort, path: string, inode: FileInode): OpenFile {
  let open = true;
  const enter = async (operation: 'read' | 'write' | 'sync', bytes = 0): Promise<number> => {
    await step();
    if (!open) throw new HalError('closed', path);
    return disk.enter(operation, path, bytes);
  };
  return {
    path,
    async write(bytes, positionBytes) {
      const own = bytes.slice();
      const allowed = await enter('write', own.length);
      const room = Math.min(allowed, roomFor(disk, inode, positionBytes, own.length));
      if (room > 0) inode.change({ kind: 'write', bytes: own.subarray(0, room), positionBytes });
      if (room < own.length) throw new HalError('no-space', path, { detail: 'simulated' });
    },
    async read(positionBytes, lengthBytes) {
      await enter('read');
      return inode.read(positionBytes, lengthBytes);
    },
    async sizeBytes() {
      await step();
      if (!open) throw new HalError('closed', path);
      disk.assertPowered(path);
      return inode.sizeBytes;
    },
    async truncate(sizeBytes) {
      await enter('write');
      inode.change({ kind: 'truncate', sizeBytes });
    },
    async sync() {
      await enter('sync');
      inode.sync();
    },
    async close() {
      await step();
      open = false;
    },
  };
}

/** Bytes of the write that the disk has room for; what is overwritten takes none. */
function roomFor(disk: DiskPort, inode: FileInode, positionBytes: number, bytes: number): number {
  const overwritten = Math.max(0, inode.sizeBytes - positionBytes);
  return Math.min(bytes, overwritten + disk.freeBytes());
}

function inodeToOpen(
  disk: DiskPort,
  path: string,
  mode: 'read' | 'read-write' | 'create',
): FileInode {
  const { parent, name } = placeOf(disk, path);
  const inode = parent.entries.get(name);
  if (mode === 'create') {
    if (inode !== undefined) throw new HalError('exists', path);
    const created = new FileInode();
    parent.change({ kind: 'put', name, inode: created });
    return created;
  }
  if (inode === undefined) throw new HalError('not-found', path);
  if (inode.kind === 'directory') throw new HalError('other', path, { detail: 'a directory' });
  return inode;
}

async function makeDirectory(disk: DiskPort, files: Files, path: string): Promise<void> {
  await step();
  disk.enter('make-directory', path);
  if (namesOf(path).length === 0) return;
  const parentPath = parentOf(path);
  if (!isDirectory(disk, parentPath)) await makeDirectory(disk, files, parentPath);
  const { parent, name } = placeOf(disk, path);
  const inode = parent.entries.get(name);
  if (inode?.kind === 'file') throw new HalError('exists', path, { detail: 'as no directory' });
  if (inode !== undefined) return;
  parent.change({ kind: 'put', name, inode: new DirectoryInode() });
  await files.syncDirectory(parentPath);
}

function rename(disk: DiskPort, from: string, to: string): void {
  const source = placeOf(disk, from);
  const target = placeOf(disk, to);
  const inode = source.parent.entries.get(source.name);
  if (inode === undefined) throw new HalError('not-found', from);
  if (source.parent === target.parent) {
    source.parent.change({ kind: 'move', from: source.name, to: target.name });
    return;
  }
  target.parent.change({ kind: 'put', name: target.name, inode });
  source.parent.change({ kind: 'drop', name: source.name });
}

function isDirectory(disk: DiskPort, path: string): boolean {
  let at: DirectoryInode = disk.root;
  for (const name of namesOf(path)) {
    const next = at.entries.get(name);
    if (next?.kind !== 'directory') return false;
    at = next;
  }
  return true;
}

function directoryAt(disk: DiskPort, path: string): DirectoryInode {
  let at: DirectoryInode = disk.root;
  for (const name of namesOf(path)) {
    const next = at.entries.get(name);
    if (next?.kind !== 'directory') throw new HalError('not-found', path);
    at = next;
  }
  return at;
}

function placeOf(disk: DiskPort, path: string): Place {
  const name = namesOf(path).at(-1);
  if (name === undefined) throw new HalError('not-found', path);
  return { parent: directoryAt(disk, parentOf(path)), name };
}

function parentOf(path: string): string {
  return `/${namesOf(path).slice(0, -1).join('/')}`;
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** Each call yields once, so that others come in between as on a real machine. */
async function step(): Promise<void> {
  await Promise.resolve();
}
