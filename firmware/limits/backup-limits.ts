// Limits of backups: what one file may cost whoever makes or reads it.

export const backupLimits = {
  /** Clear bytes of one sealed piece: what is held in memory at a time. */
  pieceBytes: 64 * 1024,
  headerBytes: 1_024,
  /** The most that a file may ask of the key derivation: a hostile one must not stop the box. */
  argon2Most: { memoryKib: 256 * 1024, passes: 10, parallelism: 4 },
  /** RFC 9106 4, second choice: what a box with 512 MiB can spare for a moment. */
  argon2: { memoryKib: 64 * 1024, passes: 3, parallelism: 1 },
  saltBytes: 16,
  keyBytes: 32,
  /** One entry that is read into memory: settings, keys, the registry. */
  entryBytes: 32 * 1024 * 1024,
  entryHeadBytes: 4_096,
  entries: 100_000,
  /** A file that is handed in to be restored. */
  fileBytes: 4 * 1024 * 1024 * 1024,
  /** Stays free on the disk beside it. */
  spareBytes: 64 * 1024 * 1024,
  registryKeys: 100_000,
  registryValues: 500_000,
} as const;
