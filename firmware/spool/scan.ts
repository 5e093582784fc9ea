// What the spool alone can tell: every document in segments and files that is whole, with what is
// needed to print it.
import { createHash } from 'node:crypto';
import type { Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { DocumentLocation } from '../store/contract.ts';
import type { ReaderParts } from './document-reader.ts';
import { decodeDescriptor, decodeHeader, descriptorBytes, type FrameMark } from './frame.ts';
import type { SpoolHeader } from './header.ts';
import { isDocumentName, segmentNumber } from './places.ts';

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
  for (const name of await namesIn(files, places.segments, (n) => segmentNumber(n) !== undefined)) {
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

async function* withFile<T>(
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

async function* scanSegment(
  parts: ReaderParts,
  file: OpenFile,
  name: string,
): AsyncGenerator<RecoverableDocument> {
  const fileBytes = await file.sizeBytes();
  let position = 0;
  while (position + descriptorBytes <= fileBytes) {
    const descriptor = await file.read(position, descriptorBytes);
    const sizes = decodeDescriptor(descriptor);
    // What follows was never synced whole: a cut, or a failed sync, ended this segment here.
    if (sizes === undefined) return;
    const offsetBytes = position + descriptorBytes + sizes.headerBytes;
    const header = decodeHeader(
      descriptor,
      await file.read(position + descriptorBytes, sizes.headerBytes),
    );
    if (header === undefined) return;
    const location = {
      kind: 'segment',
      name,
      frameBytes: position,
      offsetBytes,
      sizeBytes: sizes.bodyBytes,
    } as const;
    if (await hasDigest(parts, file, offsetBytes, header)) {
      yield { header, location, mark: sizes.mark };
    }
    position = offsetBytes + sizes.bodyBytes;
  }
}

async function* scanDocumentFile(
  parts: ReaderParts,
  file: OpenFile,
  name: string,
): AsyncGenerator<RecoverableDocument> {
  const trailer = await readTrailer(file);
  if (trailer === undefined || !(await hasDigest(parts, file, 0, trailer.header))) return;
  const { header, mark } = trailer;
  const location = { kind: 'file', name, sizeBytes: header.document.sizeBytes } as const;
  yield { header, location, mark };
}

async function hasDigest(
  parts: ReaderParts,
  file: OpenFile,
  startBytes: number,
  header: SpoolHeader,
): Promise<boolean> {
  const hash = createHash('sha256');
  const { sizeBytes, digest } = header.document;
  for (let done = 0; done < sizeBytes; ) {
    const wanted = Math.min(parts.chunkBytes, sizeBytes - done);
    const bytes = await file.read(startBytes + done, wanted);
    if (bytes.length !== wanted) return false;
    hash.update(bytes);
    done += bytes.length;
  }
  return `sha256:${hash.digest('hex')}` === digest;
}
