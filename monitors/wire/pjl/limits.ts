// How long the parts of PJL may be, coming and going.

export const pjlLimits = {
  /** One answer, from @PJL to its form feed. */
  replyOctets: 8 * 1024,
  replyLines: 200,
  valueLength: 256,
  /** NAME of JOB and EOJ (PJL Technical Reference, JOB): 80 significant characters. */
  jobNameLength: 80,
} as const;
