// One upload into the spool: counted, hashed, kept in memory while it is small, on disk otherwise,
// durable at its end.
import { createHash, type Hash } from 'node:crypto';
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { abortable } from '../../hal/time.ts';
import { type ErrorCode, type Refusal, refused } from '../errors/codes.ts';
import type { JobDocument } from '../jobs/job.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { DocumentToStore } from '../store/contract.ts';
import { createDocumentFile, type DocumentFile } from './document-file.ts';
import { completedHeader, type SpoolHeaderDraft } from './header.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { SpaceReservation } from './space.ts';

export interface UploadOptions {
  readonly header: SpoolHeaderDraft;
  /** Length where the client announced one: all of its space is reserved before a byte is taken. */
  readonly sizeBytes?: number;
  readonly signal?: AbortSignal;
  /**
   * The document is read while it arrives: it gets a file of its own, and each write to it is told;
   * the next byte is taken after that. What it rejects with ends the upload.
   */
  readonly onWritten?: (name: string, sizeBytes: number) => Promise<void>;
  /** Told of the first byte too, however few there are. */
  readonly fromFirstByte?: boolean;
  /** The spool is full: frees about so many bytes; false where nothing can give way. */
  readonly makeRoom?: (bytes: number) => Promise<boolean>;
}

export interface UploadParts {
  readonly files: Files;
  readonly directory: string;
  /** Names the document's own file, if it needs one. */
  readonly makeName: () => string;
  readonly space: SpaceReservation;
  readonly memory: MemoryBudget;
  readonly inlineBytes: number;
}

/**
 * A document that came whole. `keep` after its commit, or `discard`: one of them, once; until then
 * its memory and space stay reserved.
 */
export interface ReceivedDocument {
  readonly kind: 'received';
  readonly document: JobDocument;
  /** For CommitUnit.documents; inline bytes belong to the store once they were handed over. */
  readonly source: DocumentToStore['source'];
  keep(): void;
  /** Removes its file, where it has one. Never fails. */
  discard(): Promise<void>;
}

/** The upload can't go on, for a reason that its client is told. */
class UploadRefusedError extends Error {
  readonly refusal: Refusal;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'UploadRefusedError';
    this.refusal = refused(code, message);
  }
}

export class Upload {
  readonly #parts: UploadParts;
  readonly #options: UploadOptions;
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;
  #gathered: Uint8Array<ArrayBuffer> = new Uint8Array();
  #gatheredBytes = 0;
  #memoryBytes = 0;
  #file: DocumentFile | undefined;
  #writtenBytes = 0;
  /** Taken and not written: on its way to the disk, or behind that. */
  #unwrittenBytes = 0;
  #behind: Uint8Array[] = [];
  #behindBytes = 0;
  #behindMemoryBytes = 0;
  #joined: Buffer | undefined;
  /** All that is on its way or behind; it fails for good with the first write that fails. */
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** What is on its way now. */
  #underWay: Promise<void> = Promise.resolve();

  constructor(parts: UploadParts, options: UploadOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * Rejects with a HalError where the disk failed; whatever ends it, nothing half received stays.
   */
  async receive(stream: AsyncIterable<Uint8Array>): Promise<ReceivedDocument | Refusal> {
    try {
      await this.#reserveAhead();
      await this.#takeAll(stream);
      return await this.#complete();
    } catch (error) {
      await this.#abandon();
      if (error instanceof UploadRefusedError) return error.refusal;
      if (isHalError(error, 'no-space')) return refused('spool-full', spoolFullMessage);
      throw error;
    }
  }

  async #reserveAhead(): Promise<void> {
    const { sizeBytes } = this.#options;
    if (sizeBytes !== undefined) await this.#reserve(sizeBytes, sizeBytes);
  }

  async #takeAll(stream: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#options;
    const iterator = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const chunk = await pull(iterator, signal);
        if (chunk === undefined) return;
        if (chunk.length > 0) await this.#take(chunk);
      }
    } catch (error) {
      // Not waited for: a source that hangs in next() would hang here too.
      void returnQuietly(iterator);
      throw error;
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#parts.space.leftBytes < chunk.length + this.#gatheredBytes + this.#unwrittenBytes) {
      await this.#reserve(this.#reserveStep(), chunk.length);
    }
    if (this.#isDirect(chunk)) return await this.#write(chunk);
    if (this.#gather(chunk)) return;
    await this.#flush();
    if (this.#isDirect(chunk) || !this.#gather(chunk)) await this.#write(chunk);
  }

  /** A large chunk of a large document: copying it would save nothing. */
  #isDirect(chunk: Uint8Array): boolean {
    const isLarge = chunk.length >= spoolFileLimits.directWriteBytes;
    return isLarge && this.#file !== undefined && this.#gatheredBytes === 0;
  }

  get #isFollowed(): boolean {
    return this.#options.onWritten !== undefined;
  }

  /** Memory must not keep from a reader what has come; a very small document is soon whole. */
  #mayBeReadNow(gatheredBytes: number): boolean {
    if (!this.#isFollowed) return false;
    if (this.#options.fromFirstByte === true) return true;
    return this.#file !== undefined || gatheredBytes > spoolFileLimits.firstGatherBytes;
  }

  /** A small document reserves little: 512 of them at once must not claim gigabytes. */
  #reserveStep(): number {
    return this.#file === undefined ? this.#parts.inlineBytes : spoolFileLimits.reserveStepBytes;
  }

  /**
   * Copies the chunk behind what is gathered; false where it does not fit size or memory budget.
   */
  #gather(chunk: Uint8Array): boolean {
    const needed = this.#gatheredBytes + chunk.length;
    if (needed > this.#parts.inlineBytes || this.#mayBeReadNow(needed)) return false;
    if (needed > this.#gathered.length && !this.#enlarge(needed)) return false;
    this.#gathered.set(chunk, this.#gatheredBytes);
    this.#gatheredBytes = needed;
    return true;
  }

  #enlarge(neededBytes: number): boolean {
    const { memory, inlineBytes } = this.#parts;
    let sizeBytes = Math.max(this.#gathered.length, spoolFileLimits.firstGatherBytes);
    while (sizeBytes < neededBytes) sizeBytes *= 2;
    sizeBytes = Math.min(sizeBytes, inlineBytes);
    const moreBytes = sizeBytes - this.#gathered.length;
    if (!memory.take(moreBytes)) return false;
    this.#memoryBytes += moreBytes;
    const larger = new Uint8Array(sizeBytes);
    larger.set(this.#gathered.subarray(0, this.#gatheredBytes));
    this.#gathered = larger;
    return true;
  }

  async #flush(): Promise<void> {
    if (this.#gatheredBytes === 0) return;
    await this.#write(this.#gathered.subarray(0, this.#gatheredBytes));
    // What was gathered is written from where the next bytes are gathered.
    await this.#writing;
    this.#gatheredBytes = 0;
  }

  /**
   * Begins to write, or leaves the bytes behind what is being written: the next chunk comes
   * meanwhile, and what gathers there is one write. What goes wrong is told by a call after it, or
   * by `#writing`.
   */
  async #write(bytes: Uint8Array): Promise<void> {
    const { files, directory, makeName } = this.#parts;
    this.#file ??= await createDocumentFile(files, directory, makeName());
    if (this.#isWriting && !this.#mayWaitBehind(bytes)) await this.#underWay;
    if (!this.#isWriting) await this.#writing;
    this.#behind.push(bytes);
    this.#behindBytes += bytes.length;
    this.#unwrittenBytes += bytes.length;
    if (!this.#isWriting) {
      this.#writing = this.#writeAll(this.#file);
      this.#writing.catch(() => {});
    }
    if (this.#isFollowed) await this.#writing;
  }

  /** Nothing waits without memory for it. */
  #mayWaitBehind(bytes: Uint8Array): boolean {
    if (this.#behindBytes + bytes.length > spoolLimits.chunkBytes) return false;
    const { memory } = this.#parts;
    if (this.#joined === undefined) {
      if (!memory.takeSpare(spoolLimits.chunkBytes)) return false;
      this.#memoryBytes += spoolLimits.chunkBytes;
      this.#joined = Buffer.allocUnsafeSlow(spoolLimits.chunkBytes);
    }
    if (!memory.takeSpare(bytes.length)) return false;
    this.#behindMemoryBytes += bytes.length;
    return true;
  }

  async #writeAll(file: DocumentFile): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#behind.length > 0) {
        this.#underWay = this.#writeNow(file, this.#takeBehind());
        await this.#underWay;
      }
    } finally {
      this.#isWriting = false;
    }
  }

  /** Joined in memory that is used again: one write is under way at a time. */
  #takeBehind(): Uint8Array {
    const parts = this.#behind;
    this.#behind = [];
    this.#behindBytes = 0;
    this.#parts.memory.give(this.#behindMemoryBytes);
    this.#behindMemoryBytes = 0;
    const [first = new Uint8Array(), ...more] = parts;
    if (more.length === 0) return first;
    this.#joined ??= Buffer.allocUnsafeSlow(spoolLimits.chunkBytes);
    let sizeBytes = 0;
    for (const part of parts) {
      this.#joined.set(part, sizeBytes);
      sizeBytes += part.length;
    }
    return this.#joined.subarray(0, sizeBytes);
  }

  async #writeNow(file: DocumentFile, bytes: Uint8Array): Promise<void> {
    await file.write(bytes);
    this.#unwrittenBytes -= bytes.length;
    this.#parts.space.used(bytes.length);
    this.#writtenBytes += bytes.length;
    await this.#options.onWritten?.(file.name, this.#writtenBytes);
  }

  /** A step ahead where there is room for it, what is needed otherwise. */
  async #reserve(stepBytes: number, neededBytes: number): Promise<void> {
    const { space } = this.#parts;
    if (stepBytes > neededBytes && (await space.grow(stepBytes))) return;
    for (;;) {
      if (await space.grow(neededBytes)) return;
      if ((await this.#options.makeRoom?.(space.missingOf(neededBytes))) !== true) break;
    }
    throw new UploadRefusedError('spool-full', spoolFullMessage);
  }

  async #complete(): Promise<ReceivedDocument> {
    if (this.#options.signal?.aborted) {
      throw new UploadRefusedError('document-incomplete', 'the upload was given up');
    }
    const digest = `sha256:${this.#hash.digest('hex')}`;
    const header = completedHeader(this.#options.header, this.#sizeBytes, digest);
    const { document } = header;
    if (this.#file === undefined) {
      // Exactly as long, and a buffer of its own: it moves to the store's worker without a copy.
      const bytes = new Uint8Array(this.#gathered.buffer.transfer(this.#gatheredBytes));
      return this.#received(document, { kind: 'inline', bytes });
    }
    await this.#flush();
    await this.#writing;
    this.#giveMemory();
    if (!(await this.#file.complete(header, this.#isFollowed ? 'started' : 'waiting'))) {
      throw new UploadRefusedError('too-large', "the job's attributes are too large");
    }
    return this.#received(document, { kind: 'file', name: this.#file.name });
  }

  #received(document: JobDocument, source: DocumentToStore['source']): ReceivedDocument {
    return {
      kind: 'received',
      document,
      source,
      keep: () => this.#release(),
      discard: () => this.#abandon(),
    };
  }

  async #abandon(): Promise<void> {
    await Promise.allSettled([this.#writing]);
    this.#takeBehind();
    this.#release();
    const file = this.#file;
    this.#file = undefined;
    await file?.abandon();
  }

  #release(): void {
    this.#giveMemory();
    this.#parts.space.release();
  }

  #giveMemory(): void {
    this.#parts.memory.give(this.#memoryBytes);
    this.#memoryBytes = 0;
    this.#joined = undefined;
    this.#gathered = new Uint8Array();
    this.#gatheredBytes = 0;
  }
}

const spoolFullMessage = 'the spool has no room for this document';

async function pull(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  try {
    const next = await abortable(iterator.next(), signal);
    return next.done === true ? undefined : next.value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UploadRefusedError('document-incomplete', `the document broke off: ${why}`);
  }
}

async function returnQuietly(iterator: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The upload has failed already; what its source says at the end changes nothing.
  }
}
