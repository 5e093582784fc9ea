// The times and sizes of the usb monitor.

export const usbMonitorLimits = {
  descriptionLength: 255,
  deviceKeyLength: 300,
  /** What is under way at once: in doubt when the cable is pulled. */
  chunkBytes: 16 * 1024,
  /**
   * A transfer stays with the device for as long as that holds: one that is given up forgets how
   * many of its bytes went out. After a day nobody waits for it any more.
   */
  transferMs: 24 * 60 * 60 * 1000,
  /** Before a printer that answers at once with nothing is asked again. */
  listenMs: 1_000,
  listenBytes: 8 * 1024,
  /** How long a channel stays open after an exchange, for the next one. */
  parkedMs: 1_500,
  /** After an exchange that broke off an interface is read until it says nothing for so long. */
  drainMs: 200,
  drainRounds: 64,
  /** How many interfaces are remembered as such. */
  uncleanInterfaces: 256,
  controlMs: 5_000,
  /** A device that is all right answers a status request within this time. */
  answerMs: 1_000,
  /** How long a transfer may take to end after a soft reset made room for it. */
  softResetMs: 2_000,
  /** After a port reset the device appears anew. */
  reappearMs: 5_000,
  lookEachMs: 1_000,
  writeTimeoutMs: { min: 1_000, initial: 30_000, max: 160_000 },
} as const;
