// The packages of another kind of machine: the same lock, installed for that one.

import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from '../run.ts';
import type { Target } from './targets.ts';

export interface CrossOptions {
  readonly root: string;
  readonly target: Target;
  readonly report: (line: string) => void;
}

const described = ['package.json', 'package-lock.json', '.npmrc'] as const;

/** The folder whose node_modules hold the target's runtime and addons; kept while the lock is. */
export async function packagesFor(options: CrossOptions): Promise<string> {
  const { root, target, report } = options;
  if (target.arch === process.arch) return root;
  const kept = join(root, 'build', `packages-${target.name}`);
  if (await isCurrent(root, kept)) return kept;
  report(`installing the packages of ${target.name}`);
  const unfinished = `${kept}.${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    for (const name of described) await copyFile(join(root, name), join(unfinished, name));
    const machine = ['--os=linux', `--cpu=${target.arch}`, '--libc=glibc'];
    await run('npm', ['ci', '--ignore-scripts', '--omit=dev', ...machine], unfinished);
    await rm(kept, { recursive: true, force: true });
    await rename(unfinished, kept);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return kept;
}

async function isCurrent(root: string, kept: string): Promise<boolean> {
  try {
    const [wanted, there] = await Promise.all(
      [root, kept].map((folder) => readFile(join(folder, 'package-lock.json'))),
    );
    return wanted !== undefined && there !== undefined && wanted.equals(there);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
