// The sizes and times that the Linux half of the machine keeps to.

export const tcpLimits = {
  /** What is read from the kernel ahead of `read`; Node may add one more chunk of this size. */
  readAheadBytes: 64 * 1024,
  /** The kernel is handed a chunk in pieces of this size; `takenBytes` grows by pieces. */
  writePieceBytes: 64 * 1024,
  /** Idle time before the first keep-alive probe; the rest of the cycle is the kernel's. */
  keepAliveDelayMs: 30_000,
} as const;
