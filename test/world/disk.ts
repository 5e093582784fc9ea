// The simulated disk of one machine: files and databases that survive a power cut only as far as
// they were synced.
import type { Databases, Files } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { createSimulatedDatabases, type DatabaseImage } from './databases.ts';
import { Faults, type DiskOperation } from './faults.ts';
import { createSimulatedFiles } from './files.ts';
import { DirectoryInode } from './inodes.ts';
import { SeededRandom } from './random.ts';

/** What the simulated files and databases ask of the disk that they stand on. */
export interface DiskPort {
  readonly root: DirectoryInode;
  readonly images: Map<string, DatabaseImage>;
  /** Closes what is open; each takes itself out. */
  readonly opened: Set<() => void>;
  readonly random: SeededRandom;
  /** Counts the operation, lets a fault strike, and ends everything once power is gone. */
  readonly enter: (operation: DiskOperation, path: string, bytes?: number) => number;
  /** Throws once power is gone; for what is not worth counting. */
  readonly assertPowered: (path: string) => void;
  readonly freeBytes: () => number;
  readonly totalBytes: number;
}

export interface SimulatedDiskOptions {
  readonly seed: number;
  readonly totalBytes?: number;
}

/** Files and databases as one running system has them; dead after the next power cut. */
export interface Mounted {
  readonly files: Files;
  readonly databases: Databases;
}

export class SimulatedDisk {
  readonly faults = new Faults();
  /** Operations since the disk was made, by kind. */
  readonly counts = new Map<DiskOperation, number>();
  readonly #root = new DirectoryInode();
  readonly #images = new Map<string, DatabaseImage>();
  readonly #opened = new Set<() => void>();
  readonly #random: SeededRandom;
  readonly #totalBytes: number;
  #boot = 1;
  #operations = 0;
  #cutAt = Number.POSITIVE_INFINITY;
  #onCut: () => void = () => undefined;

  constructor(options: SimulatedDiskOptions) {
    this.#random = new SeededRandom(options.seed);
    this.#totalBytes = options.totalBytes ?? 2 ** 30;
  }

  get operations(): number {
    return this.#operations;
  }

  count(operation: DiskOperation): number {
    return this.counts.get(operation) ?? 0;
  }

  /**
   * Power goes after so many more operations; everything that runs then fails until the next mount.
   * `onCut` is called in the same breath: whatever else had power stops there too.
   */
  cutAfter(operations: number, onCut: () => void = () => undefined): void {
    this.#cutAt = this.#operations + operations;
    this.#onCut = onCut;
  }

  mount(): Mounted {
    const boot = this.#boot;
    const isPowered = () => boot === this.#boot && this.#operations < this.#cutAt;
    const assertPowered = (path: string) => {
      if (!isPowered()) throw new HalError('device-gone', path, { detail: 'power is gone' });
    };
    const port: DiskPort = {
      root: this.#root,
      images: this.#images,
      opened: this.#opened,
      random: this.#random,
      totalBytes: this.#totalBytes,
      freeBytes: () => this.#totalBytes - usedBytes(this.#root),
      assertPowered,
      enter: (operation, path, bytes = 0) => {
        assertPowered(path);
        this.#operations += 1;
        if (this.#operations === this.#cutAt) this.#onCut();
        this.counts.set(operation, this.count(operation) + 1);
        return this.faults.strike(operation, path, bytes);
      },
    };
    return { files: createSimulatedFiles(port), databases: createSimulatedDatabases(port) };
  }

  /** The bytes of a database turn into others. */
  damageDatabase(path: string): void {
    const image = this.#images.get(path);
    if (image === undefined) throw new Error(`there is no database ${path}`);
    image.damage();
  }

  /** The process is killed: what it wrote stays, synced or not, and it does nothing more. */
  kill(): void {
    this.#boot += 1;
    this.#closeAll();
  }

  /** Power goes now (or went at `cutAfter`): what was not synced is lost as the seed says. */
  powerCut(): void {
    this.#boot += 1;
    this.#closeAll();
    this.#cutAt = Number.POSITIVE_INFINITY;
    this.#root.cut(this.#random);
    for (const image of this.#images.values()) image.cut(this.#random);
  }

  /** What a process that is no more had open: SQLite's memory is not the collector's to free. */
  #closeAll(): void {
    for (const close of this.#opened) close();
  }
}

function usedBytes(directory: DirectoryInode): number {
  let bytes = 0;
  for (const inode of directory.entries.values()) {
    bytes += inode.kind === 'file' ? inode.sizeBytes : usedBytes(inode);
  }
  return bytes;
}
