// Makes the initramfs: busybox, dmsetup with its libraries, the modules of disks, and early/init.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { type Entry, writeInitramfs } from '../kernel/initramfs.ts';
import { run } from '../run.ts';
import { earlyModulePaths, kernelVersion } from './modules.ts';

export interface EarlyOptions {
  /** Debian's files: what the root leaves out is there. */
  readonly debian: string;
  /** A folder of its own, made anew and removed. */
  readonly staging: string;
  readonly output: string;
}

const init = fileURLToPath(new URL('early/init', import.meta.url));

export async function makeEarly({ debian, staging, output }: EarlyOptions): Promise<void> {
  await rm(staging, { recursive: true, force: true });
  const version = await kernelVersion(debian);
  const modules = join(staging, 'lib/modules', version);
  const from = join(debian, 'usr/lib/modules', version);
  for (const path of await earlyModulePaths(debian)) {
    const to = join(modules, relative(from, path));
    await mkdir(dirname(to), { recursive: true });
    await cp(path, to);
  }
  for (const name of ['modules.builtin', 'modules.order', 'modules.builtin.modinfo']) {
    await cp(join(from, name), join(modules, name));
  }
  await run('depmod', ['-b', staging, version], '/');
  const found = await readdir(staging, { recursive: true, withFileTypes: true });
  const entries: Entry[] = [
    { path: 'init', kind: 'file', from: init, mode: 0o755 },
    { path: 'bin/busybox', kind: 'file', from: join(debian, 'usr/bin/busybox'), mode: 0o755 },
    { path: 'sbin', kind: 'link', target: 'bin' },
    { path: 'bin/dmsetup', kind: 'file', from: join(debian, 'usr/sbin/dmsetup'), mode: 0o755 },
    ...(await librariesOf(debian, join(debian, 'usr/sbin/dmsetup'))),
    ...found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map(
        (path): Entry => ({ path: relative(staging, path), kind: 'file', from: path, mode: 0o644 }),
      ),
  ];
  const archive = `${output}.cpio`;
  await writeInitramfs(archive, entries);
  await writeFile(output, await promisify(zstdCompress)(await readFile(archive)));
  await rm(archive);
  await rm(staging, { recursive: true, force: true });
}

/** By what the files themselves say: they may be of another kind of machine. */
async function librariesOf(debian: string, program: string): Promise<readonly Entry[]> {
  const [folder = ''] = (await readdir(join(debian, 'usr/lib'))).filter((name) =>
    name.endsWith('-linux-gnu'),
  );
  const libraries = join(debian, 'usr/lib', folder);
  const found = new Map<string, Entry>();
  const visit = async (path: string): Promise<void> => {
    const said = await run('readelf', ['-W', '-d', '-l', path], '/');
    for (const [, name = ''] of said.matchAll(/\(NEEDED\).*\[(.*)\]/g)) {
      if (found.has(name)) continue;
      const from = join(libraries, name);
      found.set(name, { path: `lib/${folder}/${name}`, kind: 'file', from, mode: 0o755 });
      await visit(from);
    }
    const loader = /interpreter: (\/[^\]]+)\]/.exec(said)?.[1];
    if (loader !== undefined) {
      const from = join(libraries, basename(loader));
      found.set(loader, { path: loader.slice(1), kind: 'file', from, mode: 0o755 });
    }
  };
  await visit(program);
  return [...found.values()];
}
