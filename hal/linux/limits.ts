// The sizes and times that the Linux half of the machine keeps to.

export const tcpLimits = {
  /** What is read from the kernel ahead of `read`; Node may add one more chunk of this size. */
  readAheadBytes: 64 * 1024,
  /** The kernel is handed a chunk in pieces of this size; `takenBytes` grows by pieces. */
  writePieceBytes: 64 * 1024,
  /** Idle time before the first keep-alive probe; the rest of the cycle is the kernel's. */
  keepAliveDelayMs: 30_000,
} as const;

export const serialLimits = {
  readBytes: 4 * 1024,
  /**
   * How often a port is looked at for what the printer says: soon after its last word, then less.
   */
  lookFirstMs: 10,
  lookLastMs: 100,
} as const;

export const usbLimits = {
  /** Of a configuration with its interfaces (USB 2.0 9.6.3: wTotalLength has 16 bits). */
  descriptorBytes: 64 * 1024,
  devices: 256,
  textBytes: 1024,
  /** How long transfers may take to end when their interface is closed. */
  transferEndMs: 2_000,
} as const;

export const networkLimits = {
  /** How long a tool (ip, nft) may take for one command before it is ended and started anew. */
  toolMs: 2_000,
  /**
   * Until its first answer: a machine that starts reads the tool from a slow card, loads modules of
   * the kernel for it, and has other things to do.
   */
  firstAnswerMs: 30_000,
  /** What is kept of a tool's answer. */
  toolLines: 256,
  toolLineOctets: 4_096,
  /** How often the link is looked at while a question waits for its answer, and otherwise. */
  linkLookAskedMs: 4,
  linkLookIdleMs: 100,
  /** A question counts as unanswered after this. */
  linkAnswerMs: 300,
  /** Questions that wait, for each address. */
  linkQuestions: 16,
  /** Frames that are read in one look: a flooded link must not hold the process. */
  linkFrames: 256,
  /** How long a tool that runs once may take. */
  commandMs: 5_000,
} as const;
