// Reading a document back: bounded pieces, each as long as it must be.
import { createHash } from 'node:crypto';
import type { Files, OpenFile } from '../../hal/contract.ts';
import type { DocumentLocation } from '../store/contract.ts';
import { decodeDescriptor, descriptorBytes } from './frame.ts';
import type { SpoolPlaces } from './places.ts';

/** The bytes in the spool are not those that the record speaks of. */
export class DamagedDocumentError extends Error {
  constructor(name: string, why: string) {
    super(`document ${name} is damaged: ${why}`);
    this.name = 'DamagedDocumentError';
  }
}

/** One open document; close it when done. It stays readable when its file is removed meanwhile. */
export interface DocumentReader {
  readonly sizeBytes: number;
  /**
   * Up to `maxBytes` (and the spool's chunk) at the position; empty only at the end of the
   * document.
   */
  read(positionBytes: number, maxBytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ReaderParts {
  readonly files: Files;
  readonly places: SpoolPlaces;
  readonly chunkBytes: number;
}

/**
 * With its digest a small document is checked before a byte of it is handed out: a card that
 * forgets must not print what nobody sent.
 */
export async function openDocument(
  parts: ReaderParts,
  location: DocumentLocation,
  digest?: string,
): Promise<DocumentReader> {
  const { files, places, chunkBytes } = parts;
  const directory = location.kind === 'file' ? places.documents : places.segments;
  const file = await files.open(`${directory}/${location.name}`, 'read');
  try {
    await checkLength(file, location);
    if (digest !== undefined) await checkDigest(file, location, digest);
  } catch (error) {
    await file.close();
    throw error;
  }
  const startBytes = location.kind === 'segment' ? location.offsetBytes : 0;
  const { sizeBytes, name } = location;
  return {
    sizeBytes,
    async read(positionBytes, maxBytes) {
      const lengthBytes = Math.min(maxBytes, chunkBytes, Math.max(0, sizeBytes - positionBytes));
      const bytes = await file.read(startBytes + positionBytes, lengthBytes);
      if (bytes.length !== lengthBytes) {
        throw new DamagedDocumentError(name, `it ends at byte ${positionBytes + bytes.length}`);
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

async function checkDigest(
  file: OpenFile,
  location: DocumentLocation,
  digest: string,
): Promise<void> {
  if (location.kind !== 'segment') return;
  const bytes = await file.read(location.offsetBytes, location.sizeBytes);
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === digest) return;
  throw new DamagedDocumentError(location.name, 'its bytes are not those that came');
}

async function checkLength(file: OpenFile, location: DocumentLocation): Promise<void> {
  const fileBytes = await file.sizeBytes();
  if (location.kind === 'segment') {
    if (location.offsetBytes + location.sizeBytes <= fileBytes) return;
    throw new DamagedDocumentError(location.name, `the segment has ${fileBytes} bytes only`);
  }
  const trailer = await file.read(Math.max(0, fileBytes - descriptorBytes), descriptorBytes);
  const sizes = decodeDescriptor(trailer);
  if (sizes === undefined) throw new DamagedDocumentError(location.name, 'it has no trailer');
  const expected = location.sizeBytes + sizes.headerBytes + descriptorBytes;
  if (sizes.bodyBytes !== location.sizeBytes || fileBytes !== expected) {
    throw new DamagedDocumentError(location.name, `it has ${fileBytes} bytes, not ${expected}`);
  }
}
