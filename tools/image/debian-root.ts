// Fetches Debian's packages for a machine and unpacks them into a folder, once a set of packages.
//
// No maintainer script runs, so a machine of another kind needs no emulator; what those scripts
// would do here (users, links, caches) is done by root-tree.ts.
import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import type { ImageTarget } from './contract.ts';
import { rootPackages } from './packages.ts';

const suite = 'bookworm';

export interface DebianRootOptions {
  readonly target: ImageTarget;
  /** Where roots are kept from build to build. */
  readonly cache: string;
  /** Debian's present state in place of the kept one. */
  readonly fresh: boolean;
  readonly report: (line: string) => void;
}

/** The folder with the unpacked tree and, in var/cache/apt/archives, the packages themselves. */
export async function debianRoot(options: DebianRootOptions): Promise<string> {
  const { target, cache, fresh, report } = options;
  const names = [...rootPackages.map(({ name }) => name), target.kernelPackage, ...target.packages];
  const digest = createHash('sha256')
    .update(`${suite} ${names.join(' ')}`)
    .digest('hex');
  const kept = join(cache, `${target.name}-${digest.slice(0, digits)}`);
  if (!fresh && (await exists(kept))) return kept;
  report(`fetching Debian ${suite} for ${target.debianArch}`);
  const unfinished = `${kept}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  try {
    await run('mmdebstrap', mmdebstrapArguments(target, names, unfinished), cache);
    await rm(kept, { recursive: true, force: true });
    await rename(unfinished, kept);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return kept;
}

function mmdebstrapArguments(
  target: ImageTarget,
  names: readonly string[],
  folder: string,
): readonly string[] {
  return [
    '--variant=extract',
    ...(process.getuid?.() === 0 ? ['--mode=root'] : ['--mode=unshare']),
    `--architectures=${target.debianArch}`,
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
    // The packages stay beside their files: the list of parts is read from them.
    '--skip=cleanup/apt',
    `--include=${names.join(',')}`,
    `--components=${target.components.join(',')}`,
    // Its updates and security too, from where this machine's mmdebstrap takes them.
    suite,
    folder,
  ];
}

const digits = 12;

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Whatever hides it, fetching it anew will say why.
    return false;
  }
}
