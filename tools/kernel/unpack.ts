// Fetches Debian packages into build/ and unpacks them there, once a version.
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** The folder that holds the package's files. */
export async function unpackedPackage(name: string, folder: string): Promise<string> {
  const version = await candidateOf(name);
  const kept = join(folder, `${name}_${version.replaceAll(/[^\w.+~-]/g, '_')}`);
  if (await exists(kept)) return kept;
  const unfinished = `${kept}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, 'download'), { recursive: true });
  try {
    await run('apt-get', ['-q', 'download', name], join(unfinished, 'download'));
    const [file] = await readdir(join(unfinished, 'download'));
    if (file === undefined) throw new Error(`apt-get fetched nothing for ${name}`);
    await run('dpkg-deb', ['-x', join('download', file), 'files'], unfinished);
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
