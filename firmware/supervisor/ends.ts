// How a served process ends that its supervisor does not start again: the supervisor ends with it.
export const servedEnds = {
  /** It was called wrongly, and would be again. */
  wrongCall: 2,
  /**
   * Whoever started the supervisor has to start both anew: with the mounts that are there by then.
   */
  wholeAnew: 3,
} as const;
