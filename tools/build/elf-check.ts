// Checks that no page of a program's writable memory is hidden by a read-only segment.

import { open } from 'node:fs/promises';

/** What kernels for x86-64 and 64-bit Arm use; a Raspberry Pi 5's usual kernel has 16 KiB. */
const PAGE_SIZES_BYTES = [0x1000, 0x4000, 0x10000];

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const MAX_PROGRAM_HEADERS = 64;
const MAGIC = 0x7f454c46;
const CLASS_64_LITTLE_ENDIAN = 0x0201;
const LOAD = 1;
const WRITABLE = 2;

/** A PT_LOAD segment as the kernel maps it (System V ABI, program header). */
export interface Segment {
  readonly writable: boolean;
  readonly address: number;
  readonly memoryBytes: number;
}

/** One line for each hidden piece of memory; none when the program can run everywhere. */
export async function checkElf(path: string): Promise<readonly string[]> {
  return findHiddenMemory(await readSegments(path));
}

/**
 * The kernel maps whole pages: a read-only segment that begins on the last page of a writable one
 * replaces that page, and with it the variables there.
 */
export function findHiddenMemory(segments: readonly Segment[]): readonly string[] {
  return PAGE_SIZES_BYTES.flatMap((pageBytes) =>
    segments.flatMap((writable) =>
      segments
        .filter((other) => writable.writable && !other.writable)
        .filter((other) => other.address >= writable.address)
        .flatMap((other) => {
          const pageStart = Math.floor(other.address / pageBytes) * pageBytes;
          const hiddenBytes = writable.address + writable.memoryBytes - pageStart;
          if (hiddenBytes <= 0) return [];
          const address = `0x${other.address.toString(16)}`;
          return [
            `with pages of ${pageBytes} bytes the read-only segment at ${address} ` +
              `hides ${hiddenBytes} bytes of writable memory`,
          ];
        }),
    ),
  );
}

async function readSegments(path: string): Promise<readonly Segment[]> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
    const isElf = bytesRead === HEADER_BYTES && header.readUInt32BE(0) === MAGIC;
    if (!isElf || header.readUInt16BE(4) !== CLASS_64_LITTLE_ENDIAN) {
      throw new Error(`${path} is not a 64-bit little-endian ELF program`);
    }
    const count = header.readUInt16LE(56);
    if (header.readUInt16LE(54) !== PROGRAM_HEADER_BYTES || count > MAX_PROGRAM_HEADERS) {
      throw new Error(`${path} has ${count} program headers of an unknown size`);
    }
    const table = Buffer.alloc(count * PROGRAM_HEADER_BYTES);
    const read = await file.read(table, 0, table.length, Number(header.readBigUInt64LE(32)));
    if (read.bytesRead !== table.length) throw new Error(`${path} ends in its program headers`);
    return Array.from({ length: count }, (_, index) =>
      table.subarray(index * PROGRAM_HEADER_BYTES, (index + 1) * PROGRAM_HEADER_BYTES),
    )
      .filter((row) => row.readUInt32LE(0) === LOAD)
      .map((row) => ({
        writable: (row.readUInt32LE(4) & WRITABLE) !== 0,
        address: Number(row.readBigUInt64LE(16)),
        memoryBytes: Number(row.readBigUInt64LE(40)),
      }));
  } finally {
    await file.close();
  }
}
