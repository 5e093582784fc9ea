// Limits and times of a client that connects to a queue: what it takes from a server, whatever the
// server says.
import { queueFileLimits } from './queue-file-limits.ts';

export const clientLimits = {
  /** One file, and all of a queue. */
  fileBytes: queueFileLimits.fileBytes,
  totalBytes: queueFileLimits.bytesPerPrinter,
  files: queueFileLimits.filesPerPrinter,
  /** A signed manifest as it comes. */
  manifestBytes: 2 * queueFileLimits.manifestBytes,
  /** Any other answer. */
  answerBytes: 64 * 1024,
  /** What the client keeps of itself. */
  stateBytes: 32 * 1024 * 1024,
  /** Downloads at once, each on a connection of its own. */
  downloads: 4,
  /** A server that says nothing for so long has gone. */
  idleTimeoutMs: 30_000,
  /** An answer that has lasted for so long, and came with fewer bytes a second, is given up. */
  slowAfterMs: 60_000,
  leastBytesPerSecond: 256,
  /** A file is asked for again so often where its download breaks off, from where it was. */
  attempts: 3,
  /** The disk keeps at least this much free. */
  reserveBytes: 64 * 1024 * 1024,
  writeBytes: 1024 * 1024,
  /** What one read of a connection hands over: TLS has records of 16 KiB at most. */
  recordsBytes: 64 * 1024,
  /** What a connection still hands over when it was asked to pause. */
  lentBytes: 256 * 1024,
  /** Status line and fields of an answer. */
  headBytes: 16 * 1024,
  /** Files that are synced at once, and that wait for it; their downloads have ended. */
  syncsAtOnce: 2,
  syncsWaiting: 32,
  /** A profile that a module looks into. */
  lookedIntoBytes: queueFileLimits.checkedBytes,
  cupsMs: 60_000,
} as const;
