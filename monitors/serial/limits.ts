// The times and sizes of the serial monitor.

export const serialMonitorLimits = {
  descriptionLength: 255,
  devicePathLength: 64,
  /** What the driver is offered at once. */
  chunkBytes: 1024,
  /**
   * In less time than this a driver's buffer (4 KiB) does not run empty, up to 230400 bits a
   * second.
   */
  retryLastMs: 100,
  /** Windows's COMMTIMEOUTS: a write without progress, and the longest gap in an answer. */
  writeTimeoutMs: { min: 1_000, initial: 30_000, max: 160_000 },
  readIntervalMs: 200,
  baudRate: { min: 50, initial: 9_600, max: 4_000_000 },
} as const;
