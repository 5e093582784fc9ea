// Limits of the API: what one request may cost.

export const apiLimits = {
  /** A JSON body; documents are streamed and bounded by the spool instead. */
  bodyBytes: 1024 * 1024,
  /** Query and path together, as find-my-way and Node get them. */
  urlOctets: 4_096,
  pageItems: 100,
  pageItemsMost: 1_000,
  /** Of one page of the pair's jobs: each owner is asked for as many. */
  pairJobsMost: 200,
  pairCursorCharacters: 4_096,
  /**
   * An SSE stream says something at least this often, so that both ends notice a broken connection.
   */
  eventHeartbeatMs: 15_000,
  /** Live events that wait for a slow reader; beyond them it is served from the ring again. */
  eventQueue: 256,
  /** An Authorization field. */
  authorizationOctets: 1_024,
} as const;
