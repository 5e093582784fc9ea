// Registry paths as columns: how a path without regard to case becomes one text that sorts its
// sub-keys behind it.
import { foldName } from './fold.ts';

/** No name of a key may hold it; the registry's door refuses such names. */
export const pathSeparator = '\\';

/** The folded path; the empty path is the spooler's root. */
export function pathKey(path: readonly string[]): string {
  return path.map(foldName).join(pathSeparator);
}

/**
 * Every key below `key` is at least `from` and less than `before`: the separator is followed by
 * `]`.
 */
export function subTreeBounds(key: string): { readonly from: string; readonly before: string } {
  return { from: `${key}${pathSeparator}`, before: `${key}]` };
}
