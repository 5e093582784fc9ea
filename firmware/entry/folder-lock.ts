// A lock on the data folder, by which one process alone does one thing for it.
import type { Databases } from '../../hal/contract.ts';

/**
 * The lock is SQLite's own on an empty database: the kernel gives it back however its holder ends,
 * and it counts for every process that sees the file, whatever its namespace. Throws a HalError,
 * `busy` where another process has it; whoever has it closes it.
 */
export function lockFile(databases: Databases, path: string): { close(): void } {
  const lock = databases.open(path);
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}
