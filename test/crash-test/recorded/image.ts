// The files as a power cut at some point of a recording would leave them.
import { mkdir, writeFile } from 'node:fs/promises';
import { DirectoryInode, FileInode, type Inode } from '../../world/inodes.ts';
import type { SeededRandom } from '../../world/random.ts';
import type { DiskStep } from './trace.ts';

/** `isSync`: whether this sync was done; a test leaves some out. */
export class DiskImage {
  readonly #root = new DirectoryInode();
  readonly #folder: string;
  readonly #isSync: (path: string) => boolean;

  constructor(folder: string, isSync: (path: string) => boolean) {
    this.#folder = folder;
    this.#isSync = isSync;
  }

  apply(step: DiskStep): void {
    switch (step.kind) {
      case 'mark':
        return;
      case 'create':
        if (this.#find(step.path) === undefined) this.#put(step.path, new FileInode());
        return;
      case 'make-directory':
        return this.#put(step.path, new DirectoryInode());
      case 'write': {
        const file = this.#file(step.path);
        const positionBytes = step.atBytes ?? file?.sizeBytes ?? 0;
        return file?.change({ kind: 'write', bytes: step.bytes, positionBytes });
      }
      case 'truncate':
        return this.#file(step.path)?.change({ kind: 'truncate', sizeBytes: step.sizeBytes });
      case 'sync':
        if (this.#isSync(step.path)) this.#find(step.path)?.sync();
        return;
      case 'rename': {
        const [from, to] = [this.#place(step.from), this.#place(step.to)];
        if (from.parent !== to.parent) throw new Error(`${step.from} moved to another folder`);
        return from.parent.change({ kind: 'move', from: from.name, to: to.name });
      }
      case 'remove': {
        const { parent, name } = this.#place(step.path);
        return parent.change({ kind: 'drop', name });
      }
    }
  }

  /** Power goes; what is left is written below `into`. */
  async cut(random: SeededRandom, into: string): Promise<void> {
    this.#root.cut(random);
    await write(this.#root, into);
  }

  #put(path: string, inode: Inode): void {
    const { parent, name } = this.#place(path);
    parent.change({ kind: 'put', name, inode });
  }

  #file(path: string): FileInode | undefined {
    const inode = this.#find(path.replace(/ ?\(deleted\)$/, ''));
    return inode?.kind === 'file' ? inode : undefined;
  }

  #find(path: string): Inode | undefined {
    let inode: Inode | undefined = this.#root;
    for (const name of this.#namesOf(path)) {
      inode = inode?.kind === 'directory' ? inode.entries.get(name) : undefined;
    }
    return inode;
  }

  #place(path: string): { readonly parent: DirectoryInode; readonly name: string } {
    const names = this.#namesOf(path);
    const parent = this.#find(`${this.#folder}/${names.slice(0, -1).join('/')}`);
    const name = names.at(-1);
    if (parent?.kind !== 'directory' || name === undefined) throw new Error(`no place for ${path}`);
    return { parent, name };
  }

  #namesOf(path: string): readonly string[] {
    return path
      .slice(this.#folder.length)
      .split('/')
      .filter((name) => name !== '');
  }
}

async function write(directory: DirectoryInode, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const [name, inode] of directory.entries) {
    if (inode.kind === 'directory') await write(inode, `${into}/${name}`);
    else await writeFile(`${into}/${name}`, inode.read(0, inode.sizeBytes));
  }
}
