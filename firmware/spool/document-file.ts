// A document's own file while it is written: body as it comes, then the trailer, then the syncs.
// The disk has most of a large one before its last byte is here.
import type { Files, OpenFile } from '../../hal/contract.ts';
import { encodeFrame } from './frame.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';
import type { SpoolHeader } from './header.ts';

export async function createDocumentFile(
  files: Files,
  directory: string,
  name: string,
): Promise<DocumentFile> {
  const file = await files.open(`${directory}/${name}`, 'create');
  return new DocumentFile({ files, directory, name, file });
}

/** Life cycle: create; write as often as needed; then `complete` or `abandon`, once. */
export class DocumentFile {
  readonly name: string;
  readonly #files: Files;
  readonly #directory: string;
  readonly #file: OpenFile;
  #sizeBytes = 0;
  #syncAskedBytes = 0;
  #syncing: Promise<void> | undefined;
  /** Of a sync: what it says is lost can't be had by another one. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: {
    readonly files: Files;
    readonly directory: string;
    readonly name: string;
    /** Created and empty. */
    readonly file: OpenFile;
  }) {
    this.#files = options.files;
    this.#directory = options.directory;
    this.name = options.name;
    this.#file = options.file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#file.write(bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes - this.#syncAskedBytes >= spoolFileLimits.syncStepBytes) this.#syncAhead();
  }

  /** Not waited for; one at a time. */
  #syncAhead(): void {
    if (this.#syncing !== undefined) return;
    this.#syncAskedBytes = this.#sizeBytes;
    this.#syncing = this.#file
      .sync()
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#syncing = undefined;
      });
  }

  /**
   * Resolves once the document and its name survive a power cut; false where the header is too
   * large. `started`: it may have begun to print before it was whole.
   */
  async complete(header: SpoolHeader, mark: 'waiting' | 'started' = 'waiting'): Promise<boolean> {
    const frame = encodeFrame(header, mark);
    if (frame === undefined) return false;
    await this.#syncing;
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#file.write(Buffer.concat([frame.header, frame.descriptor]), this.#sizeBytes);
    await this.#file.sync();
    await this.#files.syncDirectory(this.#directory);
    await this.#file.close();
    return true;
  }

  /** Removes it; never fails. */
  async abandon(): Promise<void> {
    await this.#syncing;
    try {
      await this.#file.close();
    } catch {
      // It may be closed already; the file goes in any case.
    }
    try {
      await this.#files.remove(`${this.#directory}/${this.name}`);
    } catch {
      // It has no trailer or no record: cleaning at the next start removes it.
    }
  }
}
