// The spool's framing: a fixed, checksummed descriptor that says where a document's header and body
// are.
//
// Segment files hold frames one after the other, each descriptor, header, body: a reader walks from
// the front. Between documents stand entries of the journal, descriptor and text. A document's own
// file is body, header, descriptor: its size and digest are known only after the last byte came, so
// a trailer costs one pass and one fsync where a header would cost a second write to the front and
// a second fsync. A file without a whole trailer is an upload that broke off.
import { crc32 } from 'node:zlib';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';
import { type SpoolHeader, spoolHeaderSchema } from './header.ts';

/**
 * Magic 8, version u32, header length u32, body length u64, CRC-32 u32 of all before and the
 * header.
 */
export const descriptorBytes = 28;

const magic = Buffer.from('PLATENdj', 'latin1');

/**
 * What became of a document's job, where the magic stands: the checksum takes it for the first one,
 * so that eight bytes written in place, within one sector, say all.
 */
export const frameMarks = {
  waiting: magic,
  started: Buffer.from('PLATENst', 'latin1'),
  ended: Buffer.from('PLATENxx', 'latin1'),
} as const;

export type FrameMark = keyof typeof frameMarks;

const version = 1;
const offsets = { version: 8, headerBytes: 12, bodyBytes: 16, checksum: 24 } as const;

export interface FrameSizes {
  readonly mark: FrameMark;
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

export interface EncodedFrame {
  readonly descriptor: Uint8Array;
  readonly header: Uint8Array;
}

/** Undefined where the header is larger than the format allows. */
export function encodeFrame(
  header: SpoolHeader,
  mark: FrameMark = 'waiting',
): EncodedFrame | undefined {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  if (text.length > spoolFileLimits.headerBytes) return undefined;
  const descriptor = Buffer.alloc(descriptorBytes);
  frameMarks[mark].copy(descriptor);
  descriptor.writeUInt32BE(version, offsets.version);
  descriptor.writeUInt32BE(text.length, offsets.headerBytes);
  descriptor.writeBigUInt64BE(BigInt(header.document.sizeBytes), offsets.bodyBytes);
  descriptor.writeUInt32BE(checksumOf(descriptor, text), offsets.checksum);
  return { descriptor, header: text };
}

/**
 * The sizes that a descriptor claims; undefined where it is none. The checksum needs the header
 * too.
 */
export function decodeDescriptor(bytes: Uint8Array): FrameSizes | undefined {
  if (bytes.length !== descriptorBytes) return undefined;
  const descriptor = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const mark = markOf(descriptor.subarray(0, magic.length));
  if (mark === undefined) return undefined;
  if (descriptor.readUInt32BE(offsets.version) !== version) return undefined;
  const headerBytes = descriptor.readUInt32BE(offsets.headerBytes);
  const bodyBytes = Number(descriptor.readBigUInt64BE(offsets.bodyBytes));
  if (headerBytes > spoolFileLimits.headerBytes || !Number.isSafeInteger(bodyBytes)) {
    return undefined;
  }
  return { mark, headerBytes, bodyBytes };
}

/** The header, where descriptor and header are whole and agree; undefined otherwise. */
export function decodeHeader(descriptor: Uint8Array, header: Uint8Array): SpoolHeader | undefined {
  const sizes = decodeDescriptor(descriptor);
  if (sizes === undefined || sizes.headerBytes !== header.length) return undefined;
  const bytes = Buffer.from(descriptor.buffer, descriptor.byteOffset, descriptor.length);
  if (bytes.readUInt32BE(offsets.checksum) !== checksumOf(descriptor, header)) return undefined;
  const parsed = spoolHeaderSchema.safeParse(parsedJson(header));
  if (!parsed.success || parsed.data.document.sizeBytes !== sizes.bodyBytes) return undefined;
  return parsed.data;
}

/** Of what stands between documents: an entry of the journal, descriptor and text. */
const entryMagic = Buffer.from('PLATENjr', 'latin1');

/** Undefined where the text is longer than the format allows. */
export function describeEntry(text: Uint8Array): Uint8Array | undefined {
  if (text.length > spoolFileLimits.entryBytes) return undefined;
  const descriptor = Buffer.alloc(descriptorBytes);
  entryMagic.copy(descriptor);
  descriptor.writeUInt32BE(version, offsets.version);
  descriptor.writeUInt32BE(text.length, offsets.headerBytes);
  descriptor.writeUInt32BE(entryChecksum(descriptor, text), offsets.checksum);
  return descriptor;
}

/** How long the text behind it claims to be; undefined where it describes no entry. */
export function entryTextBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length !== descriptorBytes) return undefined;
  const descriptor = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!entryMagic.equals(descriptor.subarray(0, entryMagic.length))) return undefined;
  if (descriptor.readUInt32BE(offsets.version) !== version) return undefined;
  const textBytes = descriptor.readUInt32BE(offsets.headerBytes);
  return textBytes > spoolFileLimits.entryBytes ? undefined : textBytes;
}

export function isWholeEntry(descriptor: Uint8Array, text: Uint8Array): boolean {
  const bytes = Buffer.from(descriptor.buffer, descriptor.byteOffset, descriptor.length);
  return (
    entryTextBytes(descriptor) === text.length &&
    bytes.readUInt32BE(offsets.checksum) === entryChecksum(descriptor, text)
  );
}

function entryChecksum(descriptor: Uint8Array, text: Uint8Array): number {
  return crc32(text, crc32(descriptor.subarray(0, offsets.checksum)));
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // A checksum can be made to fit; what stands behind it is then no header.
    return undefined;
  }
}

function markOf(bytes: Uint8Array): FrameMark | undefined {
  const whole = (['waiting', 'started', 'ended'] as const).find((mark) =>
    frameMarks[mark].equals(bytes),
  );
  return whole ?? (isTorn(bytes) ? 'started' : undefined);
}

/**
 * A mark may lie across two sectors, of which a power cut writes one: the document is whole all the
 * same, and that something had begun is what is certain.
 */
function isTorn(bytes: Uint8Array): boolean {
  const marks = Object.values(frameMarks);
  return bytes.every((octet, at) => marks.some((mark) => mark[at] === octet));
}

function checksumOf(descriptor: Uint8Array, header: Uint8Array): number {
  const sizes = descriptor.subarray(magic.length, offsets.checksum);
  return crc32(header, crc32(sizes, crc32(magic)));
}
