// Who is at a parallel port, as far as the kernel asked when it found that (IEEE 1284-2000 7.6).
import { readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface ParallelTrees {
  /** Where the kernel names the drivers that use a port: `lp.0` leads to `parport0/lp.0`. */
  readonly users: string;
  /** Where it keeps what the printer at each port said. */
  readonly ports: string;
}

export const kernelParallelTrees: ParallelTrees = {
  users: '/sys/bus/parport/devices',
  ports: '/proc/sys/dev/parport',
};

const nodePattern = /^\/dev\/lp(\d+)$/;
const longestText = 4096;

/**
 * The 1284 id of the printer at `/dev/lpN`, in the kernel's wording (`MODEL:…;`, a key a line).
 * Undefined where it did not say, or was plugged in later than the kernel asked.
 */
export async function parallelIdOf(
  path: string,
  trees: ParallelTrees = kernelParallelTrees,
): Promise<string | undefined> {
  const number = nodePattern.exec(path)?.[1];
  if (number === undefined) return undefined;
  try {
    const user = await readlink(join(trees.users, `lp.${number}`));
    const port = basename(dirname(user));
    const said = await readFile(join(trees.ports, port, 'autoprobe'), 'latin1');
    const text = said.slice(0, longestText).replaceAll('\n', '');
    return text === '' ? undefined : text;
  } catch {
    // A kernel without parallel ports, or with older names: then nothing is known.
    return undefined;
  }
}
