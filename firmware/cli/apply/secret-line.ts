// A secret that an apply file names: the first line of another file.
import type { Planning } from './planning.ts';

/** Undefined where there is none, which is a problem of `place`. */
export async function secretLine(
  { problems, readFile }: Pick<Planning, 'problems' | 'readFile'>,
  file: string,
  place: string,
): Promise<string | undefined> {
  const [line = ''] = (await readFile(file)).split(/\r?\n/);
  if (line !== '') return line;
  problems.push(`${place}: the first line of ${file} is empty.`);
  return undefined;
}
