// Times and sizes of asking printers by SNMP.

export const snmpPollLimits = {
  port: { min: 1, initial: 161, max: 65_535 },
  deviceIndex: { min: 1, initial: 1, max: 0x7fff_ffff },
  pollSeconds: { min: 5, initial: 30, max: 3_600 },
  /**
   * A poll begins so much before the interval is over, counted from where the last one began: what
   * changes at a printer is told within the interval, the answers' and the events' way included.
   */
  aheadMs: 1_250,
  /** Between two polls at least, however long the answers take. */
  restMs: 1_000,
  /** A state that changed is read again until it is the same twice, so often at most. */
  stateReadings: 3,
  /** A printer that does not answer is asked less and less often, up to this. */
  backoffMaxMs: 600_000,
  /** After so many polls without an answer, what it said before counts no more. */
  silentPolls: 3,
  /** Supplies, inputs and names change slowly: they are asked this often. */
  factsMs: 60_000,
  /** A port that is not asked is looked at again after this. */
  idleLookMs: 5_000,
  /** One packet, and how often it is sent again. */
  timeoutMs: 2_000,
  retries: 1,
  /** Rows that are read of a printer's tables; others are left out. */
  supplies: 32,
  colorants: 16,
  inputs: 16,
  alerts: 32,
  consoleLines: 8,
  /** Of hrPrinterDetectedErrorState. */
  errorOctets: 8,
  textLength: 127,
  communityLength: 64,
  userLength: 32,
  passwordLength: { min: 8, max: 128 },
} as const;
