// What files a Debian package has, told once a package: reading an archive takes a moment each.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { run } from '../run.ts';

/** Paths of files and links, without a leading slash, as they lie with /usr merged. */
export async function debianFiles(archive: string): Promise<readonly string[]> {
  const kept = `${archive}.files`;
  try {
    return linesOf(await readFile(kept, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const files = filesOf(await run('dpkg-deb', ['--contents', archive], '/'));
  const unfinished = `${kept}.${process.pid}`;
  await writeFile(unfinished, files.map((path) => `${path}\n`).join(''));
  await rename(unfinished, kept);
  return files;
}

/**
 * `-rwxr-xr-x root/root 72 2022-09-20 15:27 ./bin/ls`, `… ./bin/sh -> dash`, `… link to ./bin/a`
 */
export function filesOf(listing: string): readonly string[] {
  return linesOf(listing).flatMap((line) => {
    const path = /^[-lh]\S+ +\S+ +\d+ +\S+ +\S+ +\.\/(.*?)(?: -> .*| link to .*)?$/.exec(line)?.[1];
    return path === undefined ? [] : [path.replace(/^(bin|sbin|lib\w*)\//, 'usr/$1/')];
  });
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
