// Which names files, directories and components may have: safe on every client's file system, and
// the same to the eye as to the machine. Server and client ask here, each for itself.
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';

/** How parts of a directory are joined, as in the facts: `Color\Press`. */
export const separator = '\\';

/** Names that Windows gives to devices, with or without an ending. */
const deviceName = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** What is wrong with one part of a path; undefined: it is fine. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (!name.isWellFormed()) return 'it is not valid Unicode';
  if (Buffer.byteLength(name) > limits.nameOctets) return `it has over ${limits.nameOctets} octets`;
  if (/[/\\:]/.test(name)) return 'it holds a separator of paths';
  if (/[<>"|?*]/.test(name)) return 'it holds a character that Windows keeps for itself';
  // Controls, bidirectional marks, joiners of nothing, private and unknown characters.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return 'it holds a character that can not be seen';
  if (/[^\S ]/u.test(name)) return 'it holds an unusual space';
  // A full-width slash, a ligature or a letter taken apart would be another name to another system.
  if (name !== name.normalize('NFKC')) return 'it is not in the plain form of Unicode (NFKC)';
  if (/^[. ]|[. ]$/.test(name)) return 'it begins or ends with a dot or a space';
  if (deviceName.test(name)) return 'it is the name of a device';
  return undefined;
}

/** The same for all names that some file system takes for one. */
export function foldFileName(name: string): string {
  // Upper case first: ß and SS, ſ and S are one name to those who fold fully.
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

/** The parts of a directory written with either separator; the problem where it is none. */
export function parseDirectory(
  text: string,
):
  | { readonly kind: 'directory'; readonly parts: readonly string[] }
  | { readonly kind: 'wrong'; readonly problem: string } {
  const wrong = (problem: string) => ({ kind: 'wrong', problem }) as const;
  if (/^[/\\]/.test(text)) return wrong('it is absolute, and has to be relative');
  if (/^[a-z]:/i.test(text)) return wrong('it names a drive, and has to be relative');
  const parts = text.split(/[/\\]/);
  if (parts.length > limits.directoryDepth) {
    return wrong(`it has more than ${limits.directoryDepth} parts`);
  }
  if (parts.includes('..') || parts.includes('.')) return wrong('it leads out of its place');
  for (const part of parts) {
    const problem = nameProblem(part);
    if (problem !== undefined) return wrong(`${JSON.stringify(part)}: ${problem}`);
  }
  return { kind: 'directory', parts };
}

/** A file by its place in a queue: `Color\x.icm`, or `Color/x.icm`. */
export function parseFilePlace(
  text: string,
): { readonly directory: string; readonly name: string } | undefined {
  const parts = text.split(/[/\\]/);
  const name = parts.pop();
  if (name === undefined || parts.length === 0) return undefined;
  return { directory: parts.join(separator), name };
}
