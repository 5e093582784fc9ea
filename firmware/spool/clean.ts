// Cleaning at start: parts of uploads that broke off go; whole documents without a record are
// reported.
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';
import type { DocumentLocation } from '../store/contract.ts';
import { isDocumentName, type SpoolPlaces } from './places.ts';
import { namesIn, readTrailer } from './scan.ts';

export interface CleanReport {
  /** Parts of uploads that broke off, which nobody was told were accepted; removed. */
  readonly removedParts: number;
  /**
   * Whole documents that no record names: either their commit never came, or they had ended and
   * were not yet removed. With a sound database none is needed; without one they are what can be
   * saved.
   */
  readonly unreferenced: readonly DocumentLocation[];
  /** Files that could not be read or removed. */
  readonly failed: number;
}

export interface CleanOptions {
  readonly files: Files;
  readonly places: SpoolPlaces;
  readonly referenced: (names: readonly string[]) => Promise<readonly string[]>;
}

export async function cleanSpool(options: CleanOptions): Promise<CleanReport> {
  const { files, places } = options;
  const unreferenced: DocumentLocation[] = [];
  let removedParts = 0;
  let failed = 0;
  for (const name of await namesWithoutRecord(options)) {
    try {
      const document = await wholeDocument(files, places, name);
      if (document === undefined) {
        await files.remove(`${places.documents}/${name}`);
        removedParts += 1;
      } else unreferenced.push(document);
    } catch (error) {
      if (!isHalError(error)) throw error;
      failed += 1;
    }
  }
  return { removedParts, unreferenced, failed };
}

async function namesWithoutRecord(options: CleanOptions): Promise<readonly string[]> {
  const names = await namesIn(options.files, options.places.documents, isDocumentName);
  const orphans: string[] = [];
  for (let at = 0; at < names.length; at += spoolFileLimits.namesPerQuestion) {
    const asked = names.slice(at, at + spoolFileLimits.namesPerQuestion);
    const needed = new Set(await options.referenced(asked));
    orphans.push(...asked.filter((name) => !needed.has(name)));
  }
  return orphans;
}

async function wholeDocument(
  files: Files,
  places: SpoolPlaces,
  name: string,
): Promise<DocumentLocation | undefined> {
  const file = await files.open(`${places.documents}/${name}`, 'read');
  try {
    const trailer = await readTrailer(file);
    if (trailer === undefined) return undefined;
    return { kind: 'file', name, sizeBytes: trailer.header.document.sizeBytes };
  } finally {
    await file.close();
  }
}
