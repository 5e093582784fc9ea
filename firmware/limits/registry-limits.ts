// Limits of the registry: what a monitor may keep in it.

export const registryLimits = {
  /** Characters of a key's name (Windows: 255). */
  keyNameLength: 255,
  /** Characters of a value's name. */
  valueNameLength: 255,
  /** Levels below the spooler's root (Windows: 512). */
  depth: 32,
  /** A value's data, as it is stored. */
  valueBytes: 64 * 1024,
  /** Values that one setValues changes. */
  valuesPerChange: 1_000,
} as const;
