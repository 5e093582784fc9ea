// Times and sizes of keys and certificates.

const dayMs = 24 * 60 * 60 * 1000;

export const identityLimits = {
  /** How long a certificate of ours is good for, from a trusted clock. */
  validForMs: 10 * 365 * dayMs,
  /** What a client's clock may be behind ours. */
  validBeforeMs: 7 * dayMs,
  /** Time left at which a certificate is renewed. */
  renewLeftMs: 365 * dayMs,
  /** Time left at which an administrator is told of a certificate that only they can renew. */
  warnLeftMs: 30 * dayMs,
  /**
   * Validity where the clock is not trusted: from before any appliance to the last year of UTCTime,
   * so that no client finds it unborn or over.
   */
  untrustedNotBeforeMs: Date.UTC(2020, 0, 1),
  untrustedNotAfterMs: Date.UTC(2049, 11, 31, 23, 59, 59),
  /** RFC 5280 4.1.2.5: no end is known. */
  noEndMs: Date.UTC(9999, 11, 31, 23, 59, 59),
  /** How often it is looked whether a certificate has to be renewed. */
  lookEveryMs: 60_000,
  serialBytes: 16,
  /** Names and addresses in one certificate. */
  subjectNames: 100,
  /** ub-common-name of RFC 5280. */
  commonNameOctets: 64,
  /** A key and its certificates on disk. */
  fileBytes: 256 * 1024,
  chainCertificates: 10,
  pemBytes: 64 * 1024,
  rsaBitsMin: 2048,
} as const;
