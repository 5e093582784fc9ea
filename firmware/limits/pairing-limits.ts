// Limits and times of pairing by code.

export const pairingLimits = {
  /** Without characters that are read as others; 8 of them are 40 bits. */
  codeAlphabet: '23456789ABCDEFGHJKLMNPQRSTUVWXYZ',
  codeCharacters: 8,
  codeGroup: 4,
  codeLifeMs: 600_000,
  /** Exchanges that one code may begin; each is one guess. */
  attemptsPerCode: 5,
  sessionIdBytes: 16,
  scalarBytes: 32,
  /** One share, node id or key of the other side is never longer. */
  fieldBytes: 1_024,
} as const;
