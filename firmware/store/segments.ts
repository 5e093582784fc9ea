// Segment files: small documents of a group of commits, appended together and synced once.
import type { Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { descriptorBytes, type EncodedFrame } from '../spool/frame.ts';
import { segmentName, segmentNumber } from '../spool/places.ts';
import type { DocumentLocation } from './contract.ts';
import type { EncodedEntry } from './journal.ts';

export interface InlineDocument {
  readonly kind: 'inline';
  readonly frame: EncodedFrame;
  readonly bytes: Uint8Array;
}

interface ActiveSegment {
  readonly file: OpenFile;
  readonly number: number;
  endBytes: number;
  /** So far the file is on the disk; what lies behind the end are zeros, which are no frame. */
  roomBytes: number;
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
    /** The highest number that was ever given; 0 where there was none. */
    readonly lastNumber: number;
    readonly segmentBytes?: number | undefined;
  }) {
    this.#files = options.files;
    this.#directory = options.directory;
    this.#lastNumber = options.lastNumber;
    this.#segmentBytes = options.segmentBytes ?? spoolLimits.segmentBytes;
  }

  /** Where the next frame will stand, unless a new segment is begun for it. */
  get end(): { readonly segment: number; readonly offsetBytes: number } {
    if (this.#active === undefined) return { segment: this.#lastNumber + 1, offsetBytes: 0 };
    return { segment: this.#active.number, offsetBytes: this.#active.endBytes };
  }

  /** There is an active segment now, with room for what comes. Rejects with a HalError. */
  async ready(): Promise<void> {
    await this.#segmentToWrite();
  }

  /** Where the documents will be once they are written to the active segment, as the next ones. */
  places(documents: readonly InlineDocument[]): readonly DocumentLocation[] {
    return this.#active === undefined ? [] : layOut(this.#active, documents);
  }

  /**
   * Resolves once the documents, and the entry behind them, survive a power cut; rejects with a
   * HalError.
   */
  async append(documents: readonly InlineDocument[], entry?: EncodedEntry): Promise<void> {
    const segment = this.#active;
    if (segment === undefined) throw new Error('there is no segment to append to');
    const bytes = Buffer.concat([
      ...documents.flatMap(({ frame, bytes: body }) => [frame.descriptor, frame.header, body]),
      ...(entry === undefined ? [] : [entry.descriptor, entry.text]),
    ]);
    try {
      const isNew = segment.endBytes === 0;
      await this.#write(segment, bytes);
      await segment.file.sync();
      if (isNew) await this.#files.syncDirectory(this.#directory);
      segment.endBytes += bytes.length;
    } catch (error) {
      // A disk that was full took nothing away: there is no need for a new file at each try.
      const isSound = isHalError(error, 'no-space') && (await this.#cutBack(segment.endBytes));
      if (!isSound) await this.#leave();
      throw error;
    }
  }

  /**
   * Takes back what was appended from there on, as far as the disk lets us; the next frame begins a
   * new segment. Never rejects.
   */
  async takeBack(offsetBytes: number): Promise<void> {
    await this.#cutBack(offsetBytes);
    await this.#leave();
  }

  async close(): Promise<void> {
    await this.#leave();
  }

  /**
   * A file that grows costs the file system's own journal a write with each sync, one that is
   * written over does not: now and then it grows by room for what comes.
   */
  async #write(segment: ActiveSegment, bytes: Buffer): Promise<void> {
    const { file, endBytes, roomBytes } = segment;
    const neededBytes = endBytes + bytes.length;
    if (neededBytes > roomBytes) {
      const room = Buffer.alloc(spoolLimits.segmentRoomBytes);
      try {
        await file.write(Buffer.concat([bytes, room]), endBytes);
        segment.roomBytes = neededBytes + room.length;
        return;
      } catch (error) {
        // Where there is no room for later, there may be some for now.
        if (!isHalError(error, 'no-space')) throw error;
      }
    }
    await file.write(bytes, endBytes);
  }

  async #cutBack(offsetBytes: number): Promise<boolean> {
    try {
      await this.#active?.file.truncate(offsetBytes);
      await this.#active?.file.sync();
      if (this.#active !== undefined) this.#active.roomBytes = offsetBytes;
      return true;
    } catch {
      return false;
    }
  }

  async #segmentToWrite(): Promise<ActiveSegment> {
    if (this.#active !== undefined && this.#active.endBytes < this.#segmentBytes) {
      return this.#active;
    }
    await this.#leave();
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const file = await this.#files.open(`${this.#directory}/${segmentName(number)}`, 'create');
    this.#active = { file, number, endBytes: 0, roomBytes: 0 };
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
      name: segmentName(segment.number),
      frameBytes: offsetBytes,
      offsetBytes: offsetBytes + descriptorBytes + frame.header.length,
      sizeBytes: bytes.length,
    } as const;
    offsetBytes = location.offsetBytes + location.sizeBytes;
    return location;
  });
}
