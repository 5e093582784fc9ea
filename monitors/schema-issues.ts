// What a schema found wrong, in words short enough for an answer.
import type { z } from 'zod';

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
