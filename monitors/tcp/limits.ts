// The times and sizes of the tcp monitor; each time-out of a port stays below the spooler's
// resource time-out (180 s).

export const tcpMonitorLimits = {
  connectTimeoutMs: { min: 1_000, initial: 20_000, max: 120_000 },
  /**
   * With `finWaitMs` at most 160 s: endDocPort waits for the last write and then for the printer's
   * FIN.
   */
  writeTimeoutMs: { min: 1_000, initial: 30_000, max: 80_000 },
  finWaitMs: { min: 0, initial: 30_000, max: 80_000 },
  portNumber: { min: 1, initial: 9100, max: 65_535 },
  hostLength: 255,
  descriptionLength: 255,
  /** What the printer said and nobody read yet; the oldest goes first. */
  backChannelBytes: 32 * 1024,
  /**
   * Windows's COMMTIMEOUTS at first: how long a readPort waits for the printer to say something.
   */
  readTotalMs: { initial: 5_000, max: 120_000 },
  /** Between two looks at what a printer has not acknowledged: at first, doubling, at most. */
  lookFirstMs: 2,
  lookLastMs: 500,
  /** Unacknowledged for so long: no kernel keeps an acknowledgement back that long. */
  acknowledgeMs: 1_500,
} as const;
