// Request targets and paths: taken apart without ever being normalised, so that no spelling reaches
// what another may not.

export interface RequestTarget {
  readonly path: string;
  readonly query: string;
}

const absoluteForm = /^https?:\/\/[^/?#]*/i;
/** pchar and `/` (RFC 3986 3.3); everything else has to be percent-encoded. */
const pathCharacters = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;

/** Origin-form or absolute-form (RFC 9112 3.2); undefined for all else. */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const origin = target.replace(absoluteForm, '');
  const at = origin.indexOf('?');
  const path = at === -1 ? origin : origin.slice(0, at);
  const query = at === -1 ? '' : origin.slice(at + 1);
  if (path === '' && origin !== target) return { path: '/', query };
  return path.startsWith('/') && pathCharacters.test(path) ? { path, query } : undefined;
}

/**
 * The decoded segments behind the first `/`. Undefined where one is empty, `.` or `..`, is no
 * UTF-8, or holds a slash, a backslash or a control character once decoded.
 */
export function pathSegments(path: string): readonly string[] | undefined {
  const segments: string[] = [];
  for (const encoded of path.slice(1).split('/')) {
    const segment = decodeSegment(encoded);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return segments;
}

function decodeSegment(encoded: string): string | undefined {
  let segment: string;
  try {
    segment = decodeURIComponent(encoded);
  } catch {
    // A lone `%`, or octets that are no UTF-8: the segment names nothing.
    return undefined;
  }
  if (segment === '' || segment === '.' || segment === '..') return undefined;
  return /[/\\\p{Cc}]/u.test(segment) ? undefined : segment;
}
