// Writes what an image is made of: CycloneDX 1.5, of Debian's packages and of npm's.
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../run.ts';

export interface SbomOptions {
  readonly version: string;
  /** Debian's unpacked files, with the packages in var/cache/apt/archives. */
  readonly debian: string;
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
    ...(await debianComponents(options.debian)),
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

async function debianComponents(debian: string): Promise<readonly Component[]> {
  const folder = join(debian, 'var/cache/apt/archives');
  const found: Component[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith('.deb')) continue;
    const form = fields.map((field) => `\${${field}}`).join('\t');
    const said = await run('dpkg-deb', ['-W', `--showformat=${form}`, join(folder, file)], '/');
    const [name = '', version = '', arch = ''] = said.split('\t');
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

/** Of Debian's machine-readable form (DEP-5); where a file has another, its text says more. */
export async function licencesOf(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    // Packages share a file by a link, or have none.
    return [];
  }
  const names = [...text.matchAll(/^License:[ \t]*(\S.*)$/gm)].map(([, name = '']) => name.trim());
  return [...new Set(names)].sort();
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
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
