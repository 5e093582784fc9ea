// Kernel modules in the order in which they can be loaded, read from the modules themselves.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * The paths of the wanted modules and of all that they depend on, those first. What is built into
 * the kernel is no file, and left out.
 */
export async function modulesInOrder(
  modulesFolder: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const paths = new Map<string, string>();
  for (const path of await readdir(modulesFolder, { recursive: true })) {
    if (path.endsWith('.ko')) paths.set(plainName(path), join(modulesFolder, path));
  }
  const ordered: string[] = [];
  const visit = async (name: string): Promise<void> => {
    const path = paths.get(plainName(name));
    if (path === undefined || ordered.includes(path)) return;
    for (const dependency of await dependenciesOf(path)) await visit(dependency);
    ordered.push(path);
  };
  for (const name of wanted) await visit(name);
  return ordered;
}

/** The section .modinfo holds `depends=a,b` between zero bytes. */
async function dependenciesOf(path: string): Promise<readonly string[]> {
  const text = (await readFile(path)).toString('latin1');
  const listed = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return listed.split(',').filter((name) => name !== '');
}

function plainName(path: string): string {
  return basename(path, '.ko').replaceAll('-', '_');
}
