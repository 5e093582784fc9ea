// The times and sizes of the ipp monitor; those of one call stay below the time-out of 180 s.

export const ippMonitorLimits = {
  /** What may come behind the message of an answer. */
  trailingOctets: 64 * 1024,
  uriLength: 1_023,
  descriptionLength: 255,
  userNameLength: 255,
  passwordLength: 255,
  connectTimeoutMs: { min: 1_000, initial: 20_000, max: 60_000 },
  /** How long a printer may take to answer a request without a document. */
  answerTimeoutMs: 30_000,
  /** After this time without progress a write says that it waits. */
  writeTimeoutMs: 30_000,
  /** Of a document of unknown size: how long its job is followed after the last byte. */
  endWaitMs: 120_000,
  /** A discarded document: how long endDocPort tells the printer, and how long somebody does. */
  cancelWaitMs: 1_000,
  cancelLastMs: 30_000,
  /** Between two questions about a job: at first, doubling, at most. */
  pollFirstMs: 250,
  pollLastMs: 5_000,
  /** A printer in trouble without a document is asked whether it is well again. */
  recoverFirstMs: 2_000,
  recoverLastMs: 60_000,
  /** A printer without a document is asked what it takes and how it is so often. */
  watchMs: 60_000,
  /** Where it says that something is wrong. */
  watchTroubledMs: 5_000,
  /** One that does not answer is asked less and less often, up to this. */
  watchBackoffMaxMs: 600_000,
  /** What is kept of what it says, for the time until it answers again. */
  learnedLength: 32_000,
  nameOctets: 255,
  /** Of a job's uuid, in the name by which a group finds it again at the printer. */
  markCharacters: 6,
  /** How many jobs of a printer are looked through for it, newest first. */
  listedJobs: 200,
  /** What is read of a printer's lists and words. */
  stateReasons: 32,
  formats: 64,
  media: 200,
  listed: 32,
  keywordLength: 127,
  messageLength: 300,
} as const;
