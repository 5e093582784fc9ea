// Folders that are held open, for whoever writes what strangers name: each step is one name below a
// folder that is known already, no link is followed, and nothing that others rename meanwhile leads
// elsewhere (openat and its relatives, O_NOFOLLOW).
import type { DirectoryEntry, OpenFile } from './contract.ts';

/** What stands under a name; a link is `other`. */
export interface FolderLook {
  readonly kind: DirectoryEntry['kind'];
  readonly sizeBytes: number;
  /** When its content last changed, in nanoseconds: another one for another content. */
  readonly changed: string;
}

/**
 * One open folder. A name is one segment; `.`, `..` and whatever holds a slash is
 * `permission-denied`, and so is a link where a file or folder is asked for.
 */
export interface Folder {
  /** For messages: how it was reached. */
  readonly path: string;
  /** A folder right below; the caller closes it. */
  folder(name: string, options?: { readonly make?: true }): Promise<Folder>;
  /** Undefined: nothing is there. */
  look(name: string): Promise<FolderLook | undefined>;
  list(): Promise<readonly DirectoryEntry[]>;
  /** The whole file; `too-large` above the limit. */
  read(name: string, limitBytes: number): Promise<Uint8Array>;
  /** `create` fails where there is something; nobody may ever execute what it makes. */
  open(name: string, mode: 'read' | 'read-write' | 'create'): Promise<OpenFile>;
  /** The old or the new content is there after a power cut. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Takes the place of what was there, a link included; not durable before `sync` of both. */
  move(name: string, to: Folder, newName: string): Promise<void>;
  /** A file, a link, or an empty folder; nothing there is fine. */
  remove(name: string): Promise<void>;
  sync(): Promise<void>;
  /**
   * Keeps others who ask with the same name out, until this folder is closed or this process has
   * ended, however that was. The name is that of an empty file, made if need be. `held`: somebody
   * else has it; `gone`: file or folder were removed meanwhile. Where the file system has no locks
   * nobody is kept out.
   */
  tryLock(name: string): Promise<'locked' | 'held' | 'gone'>;
  /** Bytes that can still be written. */
  freeBytes(): Promise<number>;
  close(): Promise<void>;
}

export interface Folders {
  /** The root of all that follows, as its owner names it: links in this path are theirs. */
  open(path: string, options?: { readonly make?: true }): Promise<Folder>;
}
