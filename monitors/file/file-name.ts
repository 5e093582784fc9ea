// What a file in the output folder may be called: a plain name that leads nowhere else.
import { fileMonitorLimits } from './limits.ts';

/** Why it can't be called so, or undefined. */
export function fileNameProblem(name: string): string | undefined {
  if (name === '') return 'needs the name of a file';
  if (name.length > fileMonitorLimits.nameLength) {
    return `has at most ${fileMonitorLimits.nameLength} characters`;
  }
  // A leading dot is what the appliance itself uses, and what "." and ".." begin with.
  if (/^[A-Za-z0-9_][A-Za-z0-9_. -]*$/.test(name) && !/[. ]$/.test(name)) return undefined;
  return 'is a plain name: letters, digits, ".", "-", "_" and blanks, a dot or blank not at an end';
}
