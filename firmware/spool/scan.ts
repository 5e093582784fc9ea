// What the spool alone can tell: every document in segments and files that is whole, with what is
// needed to print it.
import { createHash } from 'node:crypto';
import type { Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { DocumentLocation } from '../store/contract.ts';
import type { ReaderParts } from './document-reader.ts';
import {
  decodeDescriptor,
  decodeHeader,
  descriptorBytes,
  entryTextBytes,
  type FrameMark,
  isWholeEntry,
} from './frame.ts';
import type { SpoolHeader } from './header.ts';
import { isDocumentName, segmentNumber, type SpoolPlaces } from './places.ts';

export interface Trailer {
  readonly header: SpoolHeader;
  readonly mark: FrameMark;
}

export interface RecoverableDocument {
  readonly header: SpoolHeader;
  readonly location: DocumentLocation;
  /** Of a job's first document: whether the job was started, or has ended. */
  readonly mark: FrameMark;
}

/**
 * Segments first, oldest first; then files. Reads every byte once; a damaged document is left out.
 */
export async function* scanSpool(parts: ReaderParts): AsyncGenerator<RecoverableDocument> {
  const { files, places } = parts;
  for (const name of await segmentsIn(files, places)) {
    yield* withFile(files, `${places.segments}/${name}`, (file) => scanSegment(parts, file, name));
  }
  for (const name of await namesIn(files, places.documents, isDocumentName)) {
    yield* withFile(files, `${places.documents}/${name}`, (file) =>
      scanDocumentFile(parts, file, name),
    );
  }
}

/** The header of a whole document file; undefined for a part of one. The body is not read. */
export async function readTrailer(file: OpenFile): Promise<Trailer | undefined> {
  const fileBytes = await file.sizeBytes();
  const descriptor = await file.read(Math.max(0, fileBytes - descriptorBytes), descriptorBytes);
  const sizes = decodeDescriptor(descriptor);
  if (sizes === undefined) return undefined;
  if (sizes.bodyBytes + sizes.headerBytes + descriptorBytes !== fileBytes) return undefined;
  const header = decodeHeader(descriptor, await file.read(sizes.bodyBytes, sizes.headerBytes));
  return header === undefined ? undefined : { header, mark: sizes.mark };
}

export async function namesIn(
  files: Files,
  directory: string,
  isWanted: (name: string) => boolean,
): Promise<readonly string[]> {
  const entries = await files.list(directory);
  return entries
    .filter((entry) => entry.kind === 'file' && isWanted(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** The segments, oldest first. */
export function segmentsIn(files: Files, places: SpoolPlaces): Promise<readonly string[]> {
  return namesIn(files, places.segments, (name) => segmentNumber(name) !== undefined);
}

export async function* withFile<T>(
  files: Files,
  path: string,
  read: (file: OpenFile) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const file = await files.open(path, 'read');
  try {
    yield* read(file);
  } catch (error) {
    // One file that the disk can't read must not hide the others.
    if (!isHalError(error, 'io-error')) throw error;
  } finally {
    await file.close();
  }
}

export type SegmentFrame =
  | { readonly kind: 'document'; readonly document: RecoverableDocument }
  /** The text of a journal's entry, and where the next frame begins. */
  | { readonly kind: 'entry'; readonly text: Uint8Array; readonly endBytes: number };

/**
 * What stands in a segment from that position on, as far as it is whole; bodies of documents are
 * not looked at. What follows was never synced: a cut, or a failed sync, ended this segment there.
 */
export async function* framesOf(
  file: OpenFile,
  name: string,
  fromBytes: number,
): AsyncGenerator<SegmentFrame> {
  const fileBytes = await file.sizeBytes();
  let position = fromBytes;
  while (position + descriptorBytes <= fileBytes) {
    const frame = await frameAt(file, name, position);
    if (frame === undefined) return;
    yield frame;
    position = endOf(frame);
  }
}

async function frameAt(
  file: OpenFile,
  name: string,
  position: number,
): Promise<SegmentFrame | undefined> {
  const descriptor = await file.read(position, descriptorBytes);
  const behind = position + descriptorBytes;
  const textBytes = entryTextBytes(descriptor);
  if (textBytes !== undefined) {
    const text = await file.read(behind, textBytes);
    if (!isWholeEntry(descriptor, text)) return undefined;
    return { kind: 'entry', text, endBytes: behind + textBytes };
  }
  const sizes = decodeDescriptor(descriptor);
  if (sizes === undefined) return undefined;
  const { headerBytes, bodyBytes: sizeBytes, mark } = sizes;
  const header = decodeHeader(descriptor, await file.read(behind, headerBytes));
  if (header === undefined) return undefined;
  const offsetBytes = behind + headerBytes;
  const location = { kind: 'segment', name, frameBytes: position, offsetBytes, sizeBytes } as const;
  return { kind: 'document', document: { header, location, mark } };
}

function endOf(frame: SegmentFrame): number {
  if (frame.kind === 'entry') return frame.endBytes;
  const { location } = frame.document;
  return location.kind === 'segment' ? location.offsetBytes + location.sizeBytes : 0;
}

async function* scanSegment(
  parts: ReaderParts,
  file: OpenFile,
  name: string,
): AsyncGenerator<RecoverableDocument> {
  for await (const frame of framesOf(file, name, 0)) {
    if (frame.kind === 'entry') continue;
    const { header, location } = frame.document;
    const startBytes = location.kind === 'segment' ? location.offsetBytes : 0;
    if (await hasDigest(parts, file, startBytes, header.document)) yield frame.document;
  }
}

async function* scanDocumentFile(
  parts: ReaderParts,
  file: OpenFile,
  name: string,
): AsyncGenerator<RecoverableDocument> {
  const trailer = await readTrailer(file);
  if (trailer === undefined) return;
  if (!(await hasDigest(parts, file, 0, trailer.header.document))) return;
  const { header, mark } = trailer;
  const location = { kind: 'file', name, sizeBytes: header.document.sizeBytes } as const;
  yield { header, location, mark };
}

/** Are the document's bytes there, as the digest has them? */
export async function hasDigest(
  parts: Pick<ReaderParts, 'chunkBytes'>,
  file: OpenFile,
  startBytes: number,
  { sizeBytes, digest }: Pick<SpoolHeader['document'], 'sizeBytes' | 'digest'>,
): Promise<boolean> {
  const hash = createHash('sha256');
  for (let done = 0; done < sizeBytes; ) {
    const wanted = Math.min(parts.chunkBytes, sizeBytes - done);
    const bytes = await file.read(startBytes + done, wanted);
    if (bytes.length !== wanted) return false;
    hash.update(bytes);
    done += bytes.length;
  }
  return `sha256:${hash.digest('hex')}` === digest;
}
