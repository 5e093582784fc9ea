// The "did you mean" of configuration, command line and API.
import { nearestName } from '../../monitors/nearest-name.ts';

/** ` Did you mean "x"?`, or nothing where nothing is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = nearestName(word, [...known]);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}
