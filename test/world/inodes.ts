// What the simulated disk holds: files and directories, each as it is now and as a power cut would
// leave it.
import type { SeededRandom } from './random.ts';

export type Inode = FileInode | DirectoryInode;

type FileChange =
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly positionBytes: number }
  | { readonly kind: 'truncate'; readonly sizeBytes: number };

/** A file's bytes; changes since the last sync may be lost, from any point on. */
export class FileInode {
  readonly kind = 'file';
  #now = new Content();
  #durable = new Content();
  #unsynced: FileChange[] = [];

  get sizeBytes(): number {
    return this.#now.sizeBytes;
  }

  read(positionBytes: number, lengthBytes: number): Uint8Array {
    return this.#now.read(positionBytes, lengthBytes);
  }

  change(change: FileChange): void {
    this.#now.apply(change);
    this.#unsynced.push(change);
  }

  sync(): void {
    for (const change of this.#unsynced) this.#durable.apply(change);
    this.#unsynced = [];
  }

  /**
   * Keeps what was synced, and of the rest nothing, all, or a first part that may end within a
   * write.
   */
  cut(random: SeededRandom): void {
    const kept = keptOf(this.#unsynced, random);
    for (const change of kept) this.#durable.apply(change);
    const torn = this.#unsynced[kept.length];
    if (torn?.kind === 'write' && random.fraction() < 0.5) {
      const bytes = torn.bytes.subarray(0, random.integer(torn.bytes.length + 1));
      this.#durable.apply({ ...torn, bytes });
    }
    this.#unsynced = [];
    this.#now = this.#durable.copy();
  }
}

type EntryChange =
  | { readonly kind: 'put'; readonly name: string; readonly inode: Inode }
  | { readonly kind: 'drop'; readonly name: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

/** A directory's names; changes since its last sync may be lost, from any point on. */
export class DirectoryInode {
  readonly kind = 'directory';
  #now = new Map<string, Inode>();
  readonly #durable = new Map<string, Inode>();
  #unsynced: EntryChange[] = [];

  get entries(): ReadonlyMap<string, Inode> {
    return this.#now;
  }

  change(change: EntryChange): void {
    applyEntry(this.#now, change);
    this.#unsynced.push(change);
  }

  sync(): void {
    for (const change of this.#unsynced) applyEntry(this.#durable, change);
    this.#unsynced = [];
  }

  cut(random: SeededRandom): void {
    for (const change of keptOf(this.#unsynced, random)) applyEntry(this.#durable, change);
    this.#unsynced = [];
    this.#now = new Map(this.#durable);
    for (const inode of this.#now.values()) inode.cut(random);
  }
}

function applyEntry(entries: Map<string, Inode>, change: EntryChange): void {
  if (change.kind === 'put') return void entries.set(change.name, change.inode);
  if (change.kind === 'drop') return void entries.delete(change.name);
  const inode = entries.get(change.from);
  if (inode === undefined) return;
  entries.delete(change.from);
  entries.set(change.to, inode);
}

function keptOf<T>(changes: readonly T[], random: SeededRandom): readonly T[] {
  const luck = random.fraction();
  if (luck < 1 / 3) return [];
  if (luck < 2 / 3) return changes;
  return changes.slice(0, random.integer(changes.length + 1));
}

/** Bytes that grow in place, so that many small writes cost what they weigh. */
class Content {
  #bytes = new Uint8Array(256);
  sizeBytes = 0;

  read(positionBytes: number, lengthBytes: number): Uint8Array {
    return this.#bytes.slice(positionBytes, Math.min(this.sizeBytes, positionBytes + lengthBytes));
  }

  apply(change: FileChange): void {
    if (change.kind === 'truncate') {
      this.#grow(change.sizeBytes);
      this.#bytes.fill(0, Math.min(change.sizeBytes, this.sizeBytes));
      this.sizeBytes = change.sizeBytes;
      return;
    }
    const end = change.positionBytes + change.bytes.length;
    this.#grow(end);
    this.#bytes.set(change.bytes, change.positionBytes);
    this.sizeBytes = Math.max(this.sizeBytes, end);
  }

  copy(): Content {
    const copy = new Content();
    copy.#bytes = this.#bytes.slice();
    copy.sizeBytes = this.sizeBytes;
    return copy;
  }

  #grow(sizeBytes: number): void {
    if (sizeBytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(sizeBytes, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
