// Fetches Debian packages into build/ and unpacks them there, once a version: such as can't be
// installed beside others, or are for another machine.
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../run.ts';

export const packagesFolder = fileURLToPath(new URL('../../build/packages', import.meta.url));

/** The folder that holds the package's files. */
export function unpackedPackage(name: string, folder: string): Promise<string> {
  return unpackedPackages([name], folder);
}

/** One folder with the files of all; it bears the name and version of the first. */
export async function unpackedPackages(
  names: readonly [string, ...string[]],
  folder: string,
): Promise<string> {
  const [first] = names;
  const version = await candidateOf(first);
  const kept = join(folder, `${first}_${version.replaceAll(/[^\w.+~-]/g, '_')}`);
  if (await exists(kept)) return kept;
  const unfinished = `${kept}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, 'download'), { recursive: true });
  try {
    await run('apt-get', ['-q', 'download', ...names], join(unfinished, 'download'));
    const files = await readdir(join(unfinished, 'download'));
    if (files.length < names.length) throw new Error(`apt-get did not fetch ${names.join(' ')}`);
    for (const file of files) {
      await run('dpkg-deb', ['-x', join('download', file), 'files'], unfinished);
    }
    await rename(join(unfinished, 'files'), kept);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return kept;
}

/** The package that a package of packages stands for. */
export async function dependencyOf(name: string, pattern: RegExp): Promise<string> {
  const said = await run('apt-cache', ['depends', name], '/');
  const found = [...said.matchAll(/Depends: (\S+)/g)]
    .map(([, dependency = '']) => dependency)
    .find((dependency) => pattern.test(dependency));
  if (found === undefined) throw new Error(`${name} depends on nothing like ${pattern.source}`);
  return found;
}

async function candidateOf(name: string): Promise<string> {
  const listed = await listedVersion(name);
  if (listed !== undefined) return listed;
  // Lists are absent on a new machine that lacks nothing else.
  await run('apt-get', ['-q', 'update'], '/').catch(() => '');
  const updated = await listedVersion(name);
  if (updated !== undefined) return updated;
  throw new Error(`Debian's lists have no package ${name}: apt-get update`);
}

async function listedVersion(name: string): Promise<string | undefined> {
  const said = await run('apt-cache', ['policy', name], '/');
  const version = /Candidate: (\S+)/.exec(said)?.[1];
  return version === '(none)' ? undefined : version;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Whatever hides it, making it anew will say why.
    return false;
  }
}
