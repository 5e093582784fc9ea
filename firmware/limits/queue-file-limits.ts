// Limits of printer data, queue-specific files and those who connect to a queue.

export const queueFileLimits = {
  /** One file; driver packages have several hundred megabytes. */
  fileBytes: 2 * 1024 * 1024 * 1024,
  filesPerPrinter: 5_000,
  bytesPerPrinter: 8 * 1024 * 1024 * 1024,
  /** Names of one component, as CopyFiles lists them in one value. */
  filesPerComponent: 2_500,
  componentsPerPrinter: 64,
  /**
   * A component of a path: what every file system of a client can hold, with room for an ending.
   */
  nameOctets: 200,
  directoryDepth: 8,
  /** What an upload writes, and a download reads, at once. */
  chunkBytes: 256 * 1024,
  /** The disk keeps at least this much free for documents. */
  reserveBytes: 64 * 1024 * 1024,
  /** Looked at from the beginning of a file to tell whether it is what its name says. */
  headBytes: 4 * 1024,
  /** Read into memory to be checked whole: profiles, descriptions, strings. */
  checkedBytes: 16 * 1024 * 1024,
  uploadsAtOnce: 8,
  /** How long the other appliance may take a file of a group before its record goes ahead. */
  offerMs: 120_000,
  /** Contents that no record names any more are tidied after this, and after a start. */
  sweepAfterMs: 600_000,
  /** Keys of a printer's data that one enumeration shows, values in them. */
  dataKeys: 4_000,
  dataValues: 2_000,
  dataDepth: 16,
  connectionsPerPrinter: 2_000,
  /** What a client may say of itself. */
  clientNameOctets: 255,
  /** A manifest with its signature. */
  manifestBytes: 16 * 1024 * 1024,
  /** MAX_PATH of Windows: the buffers of the two paths that a copy-file module is handed. */
  pathCharacters: 260,
} as const;
