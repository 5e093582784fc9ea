// Fetches Debian packages into build/ and unpacks them there, once a version.
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

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
  const said = await run('apt-cache', ['policy', name], '/');
  const version = /Candidate: (\S+)/.exec(said)?.[1];
  if (version !== undefined && version !== '(none)') return version;
  throw new Error(`Debian's lists have no package ${name}: apt-get update`);
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
