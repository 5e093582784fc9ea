// The spool: where documents' bytes come in, are read back from, and are cleaned up.
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { DocumentLocation } from '../store/contract.ts';
import { type CleanReport, cleanSpool } from './clean.ts';
import { type DocumentReader, openDocument } from './document-reader.ts';
import { MemoryBudget } from './memory-budget.ts';
import { documentName, spoolPlaces } from './places.ts';
import { probeSpool, type SpoolCondition } from './probe.ts';
import { type ReceivedDocument, Upload, type UploadOptions } from './receive.ts';
import { type RecoverableDocument, scanSpool } from './scan.ts';
import { SpoolSpace } from './space.ts';

export interface SpoolLimits {
  readonly inlineDocumentBytes: number;
  readonly inlineMemoryBytes: number;
  readonly reserveBytes: number;
  readonly concurrentUploads: number;
  readonly chunkBytes: number;
}

export interface SpoolOptions {
  readonly files: Files;
  readonly random: Random;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly directory: string;
  readonly limits?: Partial<SpoolLimits>;
}

/**
 * Life cycle: createSpool touches nothing; `prepare` makes the folders; then use. There is nothing
 * to close.
 */
export interface Spool {
  prepare(): Promise<void>;
  /**
   * Takes one document, pulled with back-pressure. Refused: `spool-full`, `document-incomplete`
   * (the stream threw or the signal aborted), `busy`. Rejects with a HalError where the disk
   * failed.
   */
  receive(
    stream: AsyncIterable<Uint8Array>,
    options: UploadOptions,
  ): Promise<ReceivedDocument | Refusal>;
  /**
   * Opens a document for reading; rejects with a DamagedDocumentError where it is not whole. With
   * its digest small ones are checked byte by byte.
   */
  open(location: DocumentLocation, digest?: string): Promise<DocumentReader>;
  /** The file of a document that still arrives; nothing of it is checked. */
  openPart(name: string): Promise<Pick<DocumentReader, 'read' | 'close'>>;
  /** Tries the disk with a small file; rejects with a HalError where it takes none. */
  probe(): Promise<SpoolCondition>;
  /** Removes a document file that no record names; a segment is the store's. */
  remove(location: DocumentLocation): Promise<void>;
  /**
   * At start, before the first upload: removes parts of broken uploads, and reports whole documents
   * that no record names. `referenced` is the store's query `documents.referenced`.
   */
  clean(referenced: (names: readonly string[]) => Promise<readonly string[]>): Promise<CleanReport>;
  /** Every document that could be printed from the spool alone, checked against its digest. */
  scan(): AsyncIterable<RecoverableDocument>;
  /** Uploads that run, and the memory they hold. */
  readonly load: { readonly uploads: number; readonly memoryBytes: number };
}

export function createSpool(options: SpoolOptions): Spool {
  const { files, random, clock, directory } = options;
  const limits: SpoolLimits = { ...spoolLimits, ...options.limits };
  const places = spoolPlaces(directory);
  const memory = new MemoryBudget(limits.inlineMemoryBytes);
  const { reserveBytes } = limits;
  const space = new SpoolSpace({ files, clock, directory: places.documents, reserveBytes });
  let uploads = 0;
  return {
    async prepare() {
      await files.makeDirectory(places.documents);
      await files.makeDirectory(places.segments);
      await files.remove(places.probe);
    },
    async receive(stream, uploadOptions) {
      if (uploads >= limits.concurrentUploads) {
        return refused('busy', 'too many documents arrive at once');
      }
      uploads += 1;
      try {
        const upload = new Upload(
          {
            files,
            directory: places.documents,
            makeName: () => documentName(random.uuid()),
            space: space.open(),
            memory,
            inlineBytes: limits.inlineDocumentBytes,
          },
          uploadOptions,
        );
        return await upload.receive(stream);
      } finally {
        uploads -= 1;
      }
    },
    open: (location, digest) =>
      openDocument({ files, places, chunkBytes: limits.chunkBytes }, location, digest),
    async openPart(name) {
      const file = await files.open(`${places.documents}/${name}`, 'read');
      return {
        read: (positionBytes, maxBytes) => file.read(positionBytes, maxBytes),
        close: () => file.close(),
      };
    },
    probe: () =>
      probeSpool({ files, places, reserveBytes, roomBytes: spoolFileLimits.reserveStepBytes }),
    async remove(location) {
      if (location.kind === 'file') await files.remove(`${places.documents}/${location.name}`);
    },
    clean: (referenced) => cleanSpool({ files, places, referenced }),
    scan: () => scanSpool({ files, places, chunkBytes: limits.chunkBytes }),
    get load() {
      return { uploads, memoryBytes: memory.takenBytes };
    },
  };
}
