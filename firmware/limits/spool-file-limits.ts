// Limits of the spool's file formats and of how it takes space.

export const spoolFileLimits = {
  /** What is kept beside a document to print it without the database, as JSON. */
  headerBytes: 256 * 1024,
  /** An entry of the journal: what one group of commits changes, as JSON. */
  entryBytes: 32 * 1024 * 1024,
  /** Space is reserved in steps of this where a document's size is not known. */
  reserveStepBytes: 4 * 1024 * 1024,
  /** How long a look at the free space counts, where it found plenty beyond what is asked for. */
  freshLookMs: 1_000,
  plentyBytes: 1024 * 1024 * 1024,
  /** The first memory of an upload; it doubles up to inlineDocumentBytes. */
  firstGatherBytes: 4 * 1024,
  /** Chunks from this size on are written as they come, without being gathered. */
  directWriteBytes: 16 * 1024,
  /** A large document's bytes are brought to the disk in steps of this while the rest arrives. */
  syncStepBytes: 8 * 1024 * 1024,
  /** Names that cleaning asks the store about at once. */
  namesPerQuestion: 500,
} as const;
