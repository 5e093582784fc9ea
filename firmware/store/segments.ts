// Segment files: small documents of a group of commits, appended together and synced once.
import type { Files, OpenFile } from '../../hal/contract.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { descriptorBytes, type EncodedFrame } from '../spool/frame.ts';
import { segmentName, segmentNumber } from '../spool/places.ts';
import type { DocumentLocation } from './contract.ts';

export interface InlineDocument {
  readonly kind: 'inline';
  readonly frame: EncodedFrame;
  readonly bytes: Uint8Array;
}

interface ActiveSegment {
  readonly file: OpenFile;
  readonly name: string;
  endBytes: number;
}

/**
 * The writer of the segments directory; one call at a time. Each start, and each failure, begins a
 * new file: after a failed fsync the kernel may have dropped what it says it holds, so that a tail
 * which was written once is never built upon.
 */
export class SegmentWriter {
  readonly #files: Files;
  readonly #directory: string;
  readonly #segmentBytes: number;
  #active: ActiveSegment | undefined;
  #lastNumber: number;

  constructor(options: {
    readonly files: Files;
    readonly directory: string;
    /** The highest number that the directory holds; 0 for an empty one. */
    readonly lastNumber: number;
    readonly segmentBytes?: number;
  }) {
    this.#files = options.files;
    this.#directory = options.directory;
    this.#lastNumber = options.lastNumber;
    this.#segmentBytes = options.segmentBytes ?? spoolLimits.segmentBytes;
  }

  /** The file that is still written to; it must not be removed. */
  get activeName(): string | undefined {
    return this.#active?.name;
  }

  /**
   * Resolves with each document's place once all of them survive a power cut; rejects with a
   * HalError.
   */
  async append(documents: readonly InlineDocument[]): Promise<readonly DocumentLocation[]> {
    const segment = await this.#segmentToWrite();
    try {
      const locations = layOut(segment, documents);
      const bytes = Buffer.concat(
        documents.flatMap(({ frame, bytes }) => [frame.descriptor, frame.header, bytes]),
      );
      const isNew = segment.endBytes === 0;
      await segment.file.write(bytes, segment.endBytes);
      await segment.file.sync();
      if (isNew) await this.#files.syncDirectory(this.#directory);
      segment.endBytes += bytes.length;
      return locations;
    } catch (error) {
      await this.#leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#leave();
  }

  async #segmentToWrite(): Promise<ActiveSegment> {
    if (this.#active !== undefined && this.#active.endBytes < this.#segmentBytes) {
      return this.#active;
    }
    await this.#leave();
    this.#lastNumber += 1;
    const name = segmentName(this.#lastNumber);
    const file = await this.#files.open(`${this.#directory}/${name}`, 'create');
    this.#active = { file, name, endBytes: 0 };
    return this.#active;
  }

  async #leave(): Promise<void> {
    const left = this.#active;
    this.#active = undefined;
    try {
      await left?.file.close();
    } catch {
      // Everything that counts was synced before; the handle is gone either way.
    }
  }
}

/** The number after which new segments are named, and the names that are there. */
export async function listSegments(
  files: Files,
  directory: string,
): Promise<{ readonly names: readonly string[]; readonly lastNumber: number }> {
  const names = (await files.list(directory))
    .filter((entry) => entry.kind === 'file' && segmentNumber(entry.name) !== undefined)
    .map((entry) => entry.name);
  return { names, lastNumber: Math.max(0, ...names.map((name) => segmentNumber(name) ?? 0)) };
}

function layOut(
  segment: ActiveSegment,
  documents: readonly InlineDocument[],
): readonly DocumentLocation[] {
  let offsetBytes = segment.endBytes;
  return documents.map(({ frame, bytes }) => {
    const location = {
      kind: 'segment',
      name: segment.name,
      frameBytes: offsetBytes,
      offsetBytes: offsetBytes + descriptorBytes + frame.header.length,
      sizeBytes: bytes.length,
    } as const;
    offsetBytes = location.offsetBytes + location.sizeBytes;
    return location;
  });
}
