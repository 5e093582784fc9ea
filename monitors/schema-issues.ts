// What a schema found wrong, in words short enough for an answer.
import type { z } from 'zod';

/**
 * The commonest faults, as people say them; for a parser's `error`. What a schema says itself comes
 * first, and other faults stay in the library's words.
 */
export const plainWords = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    const { code } = issue;
    if (code === 'invalid_type') {
      return issue.input === undefined ? 'is missing' : kinds[issue.expected];
    }
    if (code === 'too_small') {
      return bound(issue.origin, `at least ${issue.minimum}`, issue.minimum === 1);
    }
    if (code === 'too_big') return bound(issue.origin, `at most ${issue.maximum}`, false);
    return undefined;
  },
};

const kinds: Readonly<Record<string, string>> = {
  string: 'must be a text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
};

function bound(origin: string, limit: string, isOne: boolean): string {
  if (origin === 'string') return isOne ? 'must not be empty' : `takes ${limit} characters`;
  if (origin === 'array') return isOne ? 'must not be empty' : `takes ${limit} items`;
  return `must be ${limit}`;
}

const shownIssues = 3;
const shownLength = 200;

/** Where and what, for the first few of them: `portNumber: expected number`. */
export function describeIssues(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, shownIssues)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  return shown.map(shortened).join('; ');
}

/** Other people's text, short enough for a message of ours. */
export function shortened(text: string): string {
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`;
}
