// Limits of the audit trail.

export const auditLimits = {
  /** A file of it, and how many older ones stay. */
  fileBytes: 1024 * 1024,
  olderFiles: 3,
  /** In memory, for the API; older ones are in the files. */
  entries: 2_000,
  /** One entry as JSON; what is longer loses what was asked, before and after. */
  entryBytes: 16 * 1024,
} as const;
