// The entries within a backup: each a line of JSON with name and size, then its bytes; the last
// line says that nothing is missing.
import { z } from 'zod';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import { BackupError } from './backup-error.ts';
import { ByteReader } from './byte-reader.ts';

export interface EntryToWrite {
  readonly name: string;
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const headSchema = z.union([
  z.strictObject({ name: z.string().min(1).max(1_024), sizeBytes: z.int().min(0) }),
  z.strictObject({ entries: z.int().min(0) }),
]);

/** Rejects with a BackupError where an entry has another size than it said. */
export async function* writeEntries(
  entries: AsyncIterable<EntryToWrite>,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const { name, sizeBytes, bytes } of entries) {
    yield line({ name, sizeBytes });
    let left = sizeBytes;
    for await (const chunk of bytes) {
      left -= chunk.length;
      yield chunk;
    }
    if (left !== 0) throw new BackupError('backup-damaged', `${name} changed while it was read.`);
    count += 1;
  }
  yield line({ entries: count });
}

function line(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

export interface ReadEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** To be read, or left, before the next entry is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Throws a BackupError where the clear bytes are no entries, or some are missing. */
export async function* readEntries(clear: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const reader = new ByteReader(clear);
  try {
    for (let count = 0; ; count += 1) {
      const head = await readHead(reader);
      if ('entries' in head) {
        const rest = await reader.some(1);
        if (head.entries !== count || rest !== undefined) throw notEntries();
        return;
      }
      if (count >= limits.entries) throw notEntries();
      const progress = { leftBytes: head.sizeBytes };
      yield { ...head, bytes: bytesOf(reader, progress) };
      for await (const left of bytesOf(reader, progress)) void left;
    }
  } finally {
    await reader.end();
  }
}

async function readHead(reader: ByteReader): Promise<z.infer<typeof headSchema>> {
  const text = await reader.line(limits.entryHeadBytes);
  try {
    return headSchema.parse(JSON.parse(text ?? ''));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw notEntries();
    throw error;
  }
}

async function* bytesOf(
  reader: ByteReader,
  progress: { leftBytes: number },
): AsyncGenerator<Uint8Array> {
  while (progress.leftBytes > 0) {
    const chunk = await reader.some(Math.min(progress.leftBytes, limits.pieceBytes));
    if (chunk === undefined) throw notEntries();
    progress.leftBytes -= chunk.length;
    yield chunk;
  }
}

function notEntries(): BackupError {
  return new BackupError('backup-damaged', 'What the backup holds is not what was written.');
}
