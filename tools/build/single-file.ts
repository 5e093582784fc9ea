// Makes the single file: bundle and workers as a blob, injected into the stripped runtime.

import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { pageAsset, pageFiles } from '../../firmware/entry/page-assets.ts';
import { programAsset, type ProgramName } from '../../firmware/entry/programs.ts';
import { type WorkerName, workerAsset } from '../../firmware/entry/workers.ts';
import { runtimeArguments } from '../../firmware/entry/runtime.ts';
import type { Addon } from './addons.ts';
import { bundle } from './bundle.ts';
import { checkElf } from './elf-check.ts';
import { run } from '../run.ts';

const SENTINEL_FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface SingleFileOptions {
  readonly root: string;
  /** The folder whose node_modules hold the target's addons. */
  readonly packages: string;
  /** What starts first; its programs and workers lie in its folder. */
  readonly entry: string;
  readonly programs: readonly ProgramName[];
  readonly workers: readonly WorkerName[];
  readonly addons: readonly Addon[];
  /** The folder of the built page. */
  readonly page: string;
  /** The stripped runtime of the target. */
  readonly runtime: string;
  /** A folder of its own, which is made anew and removed. */
  readonly staging: string;
  readonly output: string;
  readonly report: (line: string) => void;
}

/** Writes `output` as a whole or not at all. */
export async function makeSingleFile(options: SingleFileOptions): Promise<void> {
  const { staging, output } = options;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    await writeBlob(options);
    const unfinished = join(staging, 'platen');
    await copyFile(options.runtime, unfinished);
    await chmod(unfinished, 0o755);
    const postject = join(options.root, 'node_modules/postject/dist/cli.js');
    const inject = [unfinished, 'NODE_SEA_BLOB', 'platen.blob', '--sentinel-fuse', SENTINEL_FUSE];
    await run(process.execPath, [postject, ...inject], staging);
    const faults = await checkElf(unfinished);
    if (faults.length > 0) throw new Error(`the file can't run everywhere: ${faults.join('; ')}`);
    await mkdir(dirname(output), { recursive: true });
    await rename(unfinished, output);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * The blob names its parts by the paths given here: relative ones, so that each build has the same.
 */
async function writeBlob(options: SingleFileOptions): Promise<void> {
  const { staging, addons, report } = options;
  await writeFile(
    join(staging, 'start.cjs'),
    await bundle({ entry: options.entry, addons, report }),
  );
  const assets: Record<string, string> = {};
  const texts = [
    ...options.programs.map((name) => [name, programAsset(name)] as const),
    ...options.workers.map((name) => [name, workerAsset(name)] as const),
  ];
  for (const [name, asset] of texts) {
    const entry = join(dirname(options.entry), `${name}.ts`);
    await writeFile(join(staging, `${name}.js`), await bundle({ entry, addons, report }));
    assets[asset] = `${name}.js`;
  }
  for (const name of pageFiles) assets[pageAsset(name)] = join(options.page, name);
  for (const { asset } of addons) {
    assets[asset.name] = join(options.packages, asset.file);
  }
  const config = {
    main: 'start.cjs',
    output: 'platen.blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // A code cache saves 10 ms at the start and differs from build to build.
    useCodeCache: false,
    execArgv: runtimeArguments,
    // Otherwise NODE_OPTIONS could open a debugger in the appliance.
    execArgvExtension: 'none',
    assets,
  };
  await writeFile(join(staging, 'sea.json'), JSON.stringify(config));
  await run(process.execPath, ['--experimental-sea-config', 'sea.json'], staging);
}
