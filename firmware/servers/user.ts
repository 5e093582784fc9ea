// The name of a client that gives none.

/** RFC 8011 9.3 leaves the word to the printer. */
export const anonymousUser = 'anonymous';
