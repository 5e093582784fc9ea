// Limits of users, passwords and tokens.

export const userLimits = {
  /** A password that was right is believed this long without computing its hash again. */
  rememberedForMs: 300_000,
  remembered: 1_000,
  rememberedKeyBytes: 32,
  nameOctets: 255,
  /** NIST SP 800-63B asks for 8 at least; nobody here types it every day. */
  passwordCharacters: 10,
  passwordOctets: 1_024,
  users: 1_000,
  tokens: 1_000,
  tokenSecretBytes: 32,
  /** Hashes at once: each holds `memoryKib`. */
  hashesAtOnce: 2,
  /** More who wait than this are refused: someone floods the door. */
  hashesWaiting: 64,
  /** RFC 9106 4 with the memory of a small box: at least what OWASP's cheat sheet asks for. */
  argon2: { memoryKib: 19_456, passes: 2, parallelism: 1, saltBytes: 16, tagBytes: 32 },
  /** The dearest hash that a provisioning file may bring. */
  provided: { memoryKib: 65_536, passes: 10 },
} as const;

/** Wrong passwords for one name, or from one address, before both wait. */
export const lockOutLimits = {
  failures: 10,
  windowMs: 15 * 60_000,
  remembered: 10_000,
} as const;
