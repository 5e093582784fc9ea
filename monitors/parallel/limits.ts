// The times and sizes of the parallel monitor.

export const parallelMonitorLimits = {
  descriptionLength: 255,
  /**
   * What is handed to the kernel at once. Its driver moves the bytes itself, some 100 KiB a second:
   * a larger piece would hold a thread of the pool, which all files share, for too long.
   */
  chunkBytes: 4 * 1024,
  /** LOCALMON's TransmissionRetryTimeout, in seconds as there; below the spooler's 180 s. */
  transmissionRetrySeconds: { min: 1, initial: 90, max: 160 },
} as const;
