// Writes what an image is made of: CycloneDX 1.5, of Debian's packages and of npm's.
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../run.ts';
import { debianFiles } from './debian-files.ts';

export interface SbomOptions {
  readonly version: string;
  /** Debian's unpacked files, with the packages in var/cache/apt/archives. */
  readonly debian: string;
  /** What of it is in the root. */
  readonly tree: string;
  /** The folder with package-lock.json and node_modules. */
  readonly packages: string;
}

export interface Component {
  readonly type: 'library' | 'operating-system' | 'application';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly license: { readonly name: string } }[];
}

export async function sbomOf(options: SbomOptions): Promise<string> {
  const components = [
    ...(await debianComponents(options)),
    ...(await npmComponents(options.packages)),
  ].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'firmware', name: 'platen', version: options.version } },
    components,
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

const fields = ['Package', 'Version', 'Architecture'] as const;

/** Not in the root, and yet in the image: on its boot partition and in its initramfs. */
const besideRoot = new Set(['busybox-static', 'raspi-firmware', 'systemd-boot-efi']);

async function debianComponents({ debian, tree }: Omit<SbomOptions, 'packages' | 'version'>) {
  const folder = join(debian, 'var/cache/apt/archives');
  const found: Component[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith('.deb')) continue;
    const form = fields.map((field) => `\${${field}}`).join('\t');
    const said = await run('dpkg-deb', ['-W', `--showformat=${form}`, join(folder, file)], '/');
    const [name = '', version = '', arch = ''] = said.split('\t');
    if (!besideRoot.has(name) && !(await ships(tree, await debianFiles(join(folder, file))))) {
      continue;
    }
    found.push({
      type: 'library',
      name,
      version,
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}`,
      licenses: (await licencesOf(join(debian, 'usr/share/doc', name, 'copyright'))).map((of) => ({
        license: { name: of },
      })),
    });
  }
  return found;
}

/** Any of a package's files is in the root; what it is under, which stays for all, is none. */
export async function ships(tree: string, files: readonly string[]): Promise<boolean> {
  for (const path of files) {
    if (!path.startsWith('usr/share/doc/') && (await isThere(join(tree, path)))) return true;
  }
  return false;
}

/**
 * Of Debian's machine-readable form (DEP-5). Where a file is older than that: the common licences
 * that it points to, else what it calls by its name.
 */
export async function licencesOf(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    // Packages share a file by a link, or have none.
    return [];
  }
  for (const names of [
    [...text.matchAll(/^License:[ \t]*(\S.*)$/gm)].map(([, name = '']) => name.trim()),
    [...text.matchAll(/common-licenses\/([\w.+-]*\w)/g)].map(([, name = '']) => name),
    [...text.matchAll(/GNU (Lesser )?General Public\s+License,\s+version ([\d.]*\d)/g)].map(
      ([, lesser, version]) => `${lesser === undefined ? '' : 'L'}GPL-${version}`,
    ),
  ]) {
    if (names.length > 0) return [...new Set(names)].sort();
  }
  return [];
}

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});

/** Those that ship: what only develops is marked in the lock. */
export async function npmComponents(packages: string): Promise<readonly Component[]> {
  const lock = lockSchema.parse(
    JSON.parse(await readFile(join(packages, 'package-lock.json'), 'utf8')),
  );
  const found: Component[] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    const name = path.replace(/^.*node_modules\//, '');
    if (path === '' || entry.dev === true || entry.version === undefined) continue;
    // Types are no part of a program, and what is for another machine is not there.
    if (name.startsWith('@types/') || !(await isThere(join(packages, path)))) continue;
    found.push({
      type: 'library',
      name,
      version: entry.version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}`,
      licenses: entry.license === undefined ? [] : [{ license: { name: entry.license } }],
    });
  }
  return found;
}

async function isThere(path: string): Promise<boolean> {
  try {
    // A link counts by itself: what it points to may be another package's.
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
