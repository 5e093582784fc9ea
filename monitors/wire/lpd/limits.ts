// How long the parts of the LPD protocol may be, coming and going.

export const lpdLimits = {
  /** A command line with its code, without the line feed. */
  lineOctets: 1_024,
  /** Users and job numbers in a request about a queue. */
  listEntries: 64,
  queueOctets: 255,
  fileNameOctets: 255,
  /** RFC 1179 6.2 gives none; lp of System V and Windows stay below 1 KiB. */
  controlFileOctets: 64 * 1024,
  controlFileLines: 1_000,
  controlOperandOctets: 1_024,
  /** Digits of a count: below 2^53 whatever they are. */
  countDigits: 15,
} as const;

/** Octets that a client may put behind the letter of a control line (RFC 1179 7). */
export const lpdOperandLimits = {
  class: 31,
  host: 31,
  jobName: 99,
  user: 31,
  sourceName: 131,
} as const;
