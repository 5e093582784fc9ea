// The times and sizes of the file monitor.

export const fileMonitorLimits = {
  nameLength: 100,
  descriptionLength: 255,
  chunkBytes: 64 * 1024,
  writeTimeoutMs: { min: 1_000, initial: 30_000, max: 160_000 },
} as const;
