// The contents of queue-specific files on this node: one file a content, named by its SHA-256, so
// that what two queues share lies here once and a record that names it can be checked against it.
//
// Life cycle: createFileContents touches nothing; `prepare` makes the folder and removes what an
// interrupted upload left; then `receive`, `open` and `sweep` as often as wanted.
import { createHash } from 'node:crypto';
import type { Files, OpenFile, Random } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';

/**
 * Content that is on the disk, synced, under its digest; kept from sweeping until one is called.
 */
export interface ReceivedContent {
  readonly kind: 'received';
  readonly digest: string;
  readonly sizeBytes: number;
  /** A record names it now, or nobody does; in that case the next sweep takes it away. */
  release(): void;
}

export interface ReceiveOptions {
  /** As announced; undefined: not known. */
  readonly sizeBytes?: number | undefined;
  readonly limitBytes?: number;
  /** What has to come; anything else gets no place. */
  readonly digest?: string;
  readonly signal?: AbortSignal;
  /** Whoever asks takes one after the other: the bound of uploads is for clients. */
  readonly inTurn?: true;
  /** Looks at what came before it gets its place: a problem refuses it. */
  readonly check?: (file: OpenFile, sizeBytes: number) => Promise<Refusal | undefined>;
}

export interface FileContents {
  prepare(): Promise<void>;
  /** Rejects where the disk failed; nothing half received stays. */
  receive(
    stream: AsyncIterable<Uint8Array>,
    options: ReceiveOptions,
  ): Promise<ReceivedContent | Refusal>;
  /** Undefined: it is not here. The caller closes it. */
  open(digest: string): Promise<OpenFile | undefined>;
  /** Digests of what is here. */
  list(): Promise<readonly string[]>;
  /** Removes what is not in use; `inUse` is asked when nothing can come into use meanwhile. */
  sweep(inUse: () => Promise<ReadonlySet<string>>): Promise<{ readonly removed: number }>;
}

export interface FileContentsOptions {
  readonly files: Files;
  readonly random: Pick<Random, 'uuid'>;
  readonly directory: string;
}

const digestForm = /^sha256:([0-9a-f]{64})$/;
const placedForm = /^[0-9a-f]{64}$/;
const arriving = 'arriving-';

export function createFileContents(options: FileContentsOptions): FileContents {
  return new Contents(options);
}

class Contents implements FileContents {
  readonly #options: FileContentsOptions;
  /** Contents that are placed and not yet named by a record. */
  #pinned = 0;
  #uploads = 0;
  #sweeping: Promise<unknown> | undefined;

  constructor(options: FileContentsOptions) {
    this.#options = options;
  }

  async prepare(): Promise<void> {
    const { files, directory } = this.#options;
    await files.makeDirectory(directory);
    for (const { name } of await files.list(directory)) {
      if (name.startsWith(arriving)) await files.remove(`${directory}/${name}`);
    }
  }

  async receive(
    stream: AsyncIterable<Uint8Array>,
    options: ReceiveOptions,
  ): Promise<ReceivedContent | Refusal> {
    if (this.#uploads >= limits.uploadsAtOnce && options.inTurn !== true) {
      return refused('busy', `${limits.uploadsAtOnce} files are being stored already`);
    }
    this.#uploads += 1;
    try {
      return await this.#receive(stream, options);
    } catch (error) {
      if (isHalError(error, 'no-space')) return noSpace;
      throw error;
    } finally {
      this.#uploads -= 1;
    }
  }

  async open(digest: string): Promise<OpenFile | undefined> {
    const { files, directory } = this.#options;
    try {
      return await files.open(`${directory}/${placeOf(digest)}`, 'read');
    } catch (error) {
      if (isHalError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly string[]> {
    const { files, directory } = this.#options;
    const entries = await files.list(directory);
    return entries.filter(({ name }) => placedForm.test(name)).map(({ name }) => `sha256:${name}`);
  }

  async sweep(inUse: () => Promise<ReadonlySet<string>>): Promise<{ readonly removed: number }> {
    await this.#sweeping;
    // What is on its way to a record could be lost; the next sweep comes.
    if (this.#pinned > 0) return { removed: 0 };
    const sweeping = this.#sweep(inUse);
    // Whoever waits for the end wants no answer of it.
    this.#sweeping = sweeping.catch(() => undefined);
    try {
      return await sweeping;
    } finally {
      this.#sweeping = undefined;
    }
  }

  async #sweep(inUse: () => Promise<ReadonlySet<string>>) {
    const { files, directory } = this.#options;
    const used = await inUse();
    const unused = (await this.list()).filter((digest) => !used.has(digest));
    for (const digest of unused) await files.remove(`${directory}/${placeOf(digest)}`);
    if (unused.length > 0) await files.syncDirectory(directory);
    return { removed: unused.length };
  }

  async #receive(
    stream: AsyncIterable<Uint8Array>,
    options: ReceiveOptions,
  ): Promise<ReceivedContent | Refusal> {
    const { files, random, directory } = this.#options;
    const tooMuch = await this.#refuseAhead(options);
    if (tooMuch !== undefined) return tooMuch;
    const path = `${directory}/${arriving}${random.uuid()}`;
    const file = await files.open(path, 'create');
    try {
      const written = await this.#write(file, stream, options);
      const answer = written.kind === 'refused' ? written : await this.#place(path, written);
      if (answer.kind === 'refused') await files.remove(path);
      return answer;
    } catch (error) {
      await files.remove(path).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  async #refuseAhead({ sizeBytes = 0, limitBytes }: ReceiveOptions): Promise<Refusal | undefined> {
    const most = limitBytes ?? limits.fileBytes;
    if (sizeBytes > most) return tooLarge(sizeBytes, most);
    return (await this.#hasRoom(sizeBytes)) ? undefined : noSpace;
  }

  async #hasRoom(bytes: number): Promise<boolean> {
    const { files, directory } = this.#options;
    const { freeBytes } = await files.space(directory);
    return freeBytes - bytes >= limits.reserveBytes;
  }

  async #write(
    file: OpenFile,
    stream: AsyncIterable<Uint8Array>,
    {
      sizeBytes: announced,
      digest: wanted,
      limitBytes = limits.fileBytes,
      check,
      signal,
    }: ReceiveOptions,
  ): Promise<Written | Refusal> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let lookAgainAt = roomStepBytes;
    for await (const chunk of gathered(stream)) {
      if (signal?.aborted === true) return broken('it was given up');
      if (sizeBytes + chunk.length > limitBytes)
        return tooLarge(sizeBytes + chunk.length, limitBytes);
      hash.update(chunk);
      await file.write(chunk, sizeBytes);
      sizeBytes += chunk.length;
      if (sizeBytes < lookAgainAt) continue;
      lookAgainAt += roomStepBytes;
      if (!(await this.#hasRoom(0))) return noSpace;
    }
    if (announced !== undefined && announced !== sizeBytes) {
      return broken(`${announced} bytes were announced and ${sizeBytes} came`);
    }
    const refusal = await check?.(file, sizeBytes);
    if (refusal !== undefined) return refusal;
    await file.sync();
    const digest = `sha256:${hash.digest('hex')}`;
    if (wanted !== undefined && wanted !== digest) {
      return broken(`it came with the digest ${digest} instead of ${wanted}`);
    }
    return { kind: 'written', digest, sizeBytes };
  }

  /** Under its digest; the same content may be there already, and is as good. */
  async #place(path: string, { digest, sizeBytes }: Written): Promise<ReceivedContent> {
    const { files, directory } = this.#options;
    while (this.#sweeping !== undefined) await this.#sweeping;
    this.#pinned += 1;
    try {
      await files.rename(path, `${directory}/${placeOf(digest)}`);
      await files.syncDirectory(directory);
    } catch (error) {
      this.#pinned -= 1;
      throw error;
    }
    let isPinned = true;
    return {
      kind: 'received',
      digest,
      sizeBytes,
      release: () => {
        if (isPinned) this.#pinned -= 1;
        isPinned = false;
      },
    };
  }
}

interface Written {
  readonly kind: 'written';
  readonly digest: string;
  readonly sizeBytes: number;
}

const roomStepBytes = 16 * 1024 * 1024;

const noSpace = refused('spool-full', 'The disk has no room for this file.');

function tooLarge(sizeBytes: number, limitBytes: number): Refusal {
  const most = `${limitBytes} bytes are possible`;
  return refused('too-large', `The file has ${sizeBytes} bytes or more, and at most ${most}.`);
}

function broken(why: string): Refusal {
  return refused('document-incomplete', `The file broke off: ${why}.`);
}

function placeOf(digest: string): string {
  const place = digestForm.exec(digest)?.[1];
  if (place === undefined) throw new Error(`${JSON.stringify(digest)} is no digest`);
  return place;
}

/** Chunks of a size that is worth a write of its own. */
async function* gathered(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of stream) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < limits.chunkBytes) continue;
    yield Buffer.concat(held);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
