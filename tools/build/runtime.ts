// The runtime of the single file: the pinned Node of the target, stripped once and kept.

import { access, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { run } from '../run.ts';
import { isToolPart, needPackages } from '../verify/tool-packages.ts';
import type { Target } from './targets.ts';

export interface RuntimeOptions {
  readonly root: string;
  /** The folder whose node_modules hold the target's packages. */
  readonly packages: string;
  readonly target: Target;
  readonly report: (line: string) => void;
}

/**
 * The path of the stripped runtime. Stripping comes before injecting: after it, the file crashes.
 */
export async function strippedRuntime(options: RuntimeOptions): Promise<string> {
  const { root, packages, target, report } = options;
  const folder = join(packages, 'node_modules', target.runtimePackage);
  const source = join(folder, 'bin/node');
  if (!(await exists(source))) {
    throw new Error(`${target.runtimePackage} is not installed in ${packages}: run npm ci`);
  }
  const kept = join(root, 'build', `${target.runtimePackage}-${await versionOf(folder)}-stripped`);
  if (await exists(kept)) return kept;
  report(`stripping ${target.runtimePackage}`);
  await mkdir(join(root, 'build'), { recursive: true });
  const unfinished = `${kept}.${process.pid}`;
  try {
    await copyFile(source, unfinished);
    await strip(unfinished, target);
    await rename(unfinished, kept);
  } finally {
    await rm(unfinished, { force: true });
  }
  return kept;
}

async function strip(file: string, target: Target): Promise<void> {
  const native = target.arch === process.arch;
  const program = native ? 'strip' : target.crossStrip.program;
  // Where an architecture has no row, the error below names its package.
  const part = native ? 'build' : `build/${target.name}`;
  await needPackages([part].filter(isToolPart));
  try {
    await run(program, [file], '/');
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing) throw error;
    const debianPackage = native ? 'binutils' : target.crossStrip.debianPackage;
    throw new Error(`${program} is missing: apt-get install ${debianPackage}`, { cause: error });
  }
}

async function versionOf(folder: string): Promise<string> {
  const parsed: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) {
    return String(parsed.version);
  }
  throw new Error(`${folder} has no version`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Whatever hides the file, using it will say why.
    return false;
  }
}
